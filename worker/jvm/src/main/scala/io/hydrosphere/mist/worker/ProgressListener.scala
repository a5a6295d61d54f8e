package io.hydrosphere.mist.worker

import java.util.{ArrayDeque, ArrayList, HashMap => JHashMap, LinkedHashMap}
import java.util.concurrent.{Executors, ScheduledExecutorService, TimeUnit}

import scala.collection.JavaConverters._

import io.hydrosphere.mist.worker.ProgressListener._
import io.hydrosphere.mist.worker.protocol._
import org.apache.spark.{Success, TaskKilled}
import org.apache.spark.scheduler._

/** Counts what Spark does for each job that is followed, and tells it `periodMs` after something
  * has changed: a job that takes less than that costs no report.
  *
  * Memory: of each job its stages that have not ended and the newest `MaxStages` that have; of the
  * others only numbers. Spark calls from a thread of its own; `follow` and `forget` from any.
  */
final class ProgressListener(jobProperty: String, periodMs: Long = PeriodMs) extends SparkListener {
  private val followed = new JHashMap[String, Followed] // by job; guarded by this
  private val sparkJobs = new JHashMap[Int, SparkJob] // those under way; guarded by this
  private val stageOwners = new JHashMap[Int, Followed] // by stage; guarded by this
  private val timer: ScheduledExecutorService =
    Executors.newSingleThreadScheduledExecutor(task =>
      new HarnessThread("mist-progress")(task.run())
    )

  /** `tell` gets reports without the id of an attempt, on a thread of this listener. */
  def follow(jobId: String)(tell: SparkProgress => Unit): Unit =
    synchronized(followed.put(jobId, new Followed(tell)): Unit)

  def forget(jobId: String): Unit = synchronized {
    val job = followed.remove(jobId)
    sparkJobs.values.removeIf(_.owner eq job)
    stageOwners.values.removeIf(_ eq job): Unit
  }

  override def onJobStart(start: SparkListenerJobStart): Unit = synchronized {
    val property = Option(start.properties).flatMap(p => Option(p.getProperty(jobProperty)))
    property.flatMap(id => Option(followed.get(id))).foreach { owner =>
      sparkJobs.put(start.jobId, SparkJob(owner, start.stageIds.toSet))
      owner.runningJobs += 1
      start.stageInfos.sortBy(_.stageId).foreach { info =>
        stageOwners.put(info.stageId, owner)
        owner.await(info)
      }
      changed(owner)
    }
  }

  override def onJobEnd(end: SparkListenerJobEnd): Unit = synchronized {
    Option(sparkJobs.remove(end.jobId)).foreach { job =>
      val owner = job.owner
      owner.runningJobs -= 1
      if (end.jobResult == JobSucceeded) owner.completedJobs += 1 else owner.failedJobs += 1
      val others = sparkJobs.values.asScala.filter(_.owner eq owner).flatMap(_.stages).toSet
      (job.stages -- others).foreach { stage =>
        stageOwners.remove(stage)
        owner.abandon(stage, System.currentTimeMillis())
      }
      changed(owner)
    }
  }

  override def onStageSubmitted(submitted: SparkListenerStageSubmitted): Unit =
    withOwner(submitted.stageInfo.stageId)(_.begin(submitted.stageInfo))

  override def onStageCompleted(completed: SparkListenerStageCompleted): Unit =
    withOwner(completed.stageInfo.stageId)(_.end(completed.stageInfo))

  override def onTaskStart(start: SparkListenerTaskStart): Unit =
    withStage(start.stageId, start.stageAttemptId)(_.running += 1)

  override def onTaskEnd(end: SparkListenerTaskEnd): Unit =
    withStage(end.stageId, end.stageAttemptId) { stage =>
      stage.running = math.max(0, stage.running - 1)
      end.reason match {
        case Success => stage.completed = math.min(stage.tasks, stage.completed + 1) // or a copy's
        case _: TaskKilled => // a copy of one that was quicker, or its job is cancelled
        case _ => stage.failed += 1
      }
    }

  private def withOwner(stage: Int)(change: Followed => Unit): Unit = synchronized {
    Option(stageOwners.get(stage)).foreach { owner =>
      change(owner)
      changed(owner)
    }
  }

  private def withStage(stage: Int, attempt: Int)(change: Stage => Unit): Unit =
    withOwner(stage)(owner => Option(owner.open.get(StageKey(stage, attempt))).foreach(change))

  private def changed(owner: Followed): Unit = if (!owner.isDue) {
    owner.isDue = true
    timer.schedule((() => tell(owner)): Runnable, periodMs, TimeUnit.MILLISECONDS): Unit
  }

  private def tell(owner: Followed): Unit = {
    val progress = synchronized {
      owner.isDue = false
      owner.report()
    }
    owner.tell(progress)
  }
}

object ProgressListener {
  private val PeriodMs = 500L // a person sees no more
  private val MaxNameBytes = 300

  private final case class SparkJob(owner: Followed, stages: Set[Int])
  private final case class StageKey(stage: Int, attempt: Int)

  private final class Stage(val key: StageKey, val name: String, val tasks: Int) {
    var state = StageState.WAITING
    var running = 0
    var completed = 0
    var failed = 0
    var begin: Option[Long] = None
    var end: Option[Long] = None

    def toReport: SparkStage = {
      val report =
        new SparkStage(key.stage, key.attempt, name, state, tasks, running, completed, failed)
      begin.foreach(report.setBegin_ms)
      end.foreach(report.setEnd_ms)
      report
    }
  }

  /** One job. Guarded by its listener. */
  private final class Followed(val tell: SparkProgress => Unit) {
    val open = new LinkedHashMap[StageKey, Stage] // waiting or running
    var isDue = false // a report is on its way
    var runningJobs = 0L
    var completedJobs = 0L
    var failedJobs = 0L
    private val ended = new ArrayDeque[Stage] // the newest first
    private var completedStages = 0L
    private var failedStages = 0L
    private var skippedStages = 0L
    // Of stages that have ended.
    private var tasks = 0L
    private var completedTasks = 0L
    private var failedTasks = 0L

    def await(info: StageInfo): Unit = open.putIfAbsent(keyOf(info), stageOf(info)): Unit

    def begin(info: StageInfo): Unit = {
      val stage = open.computeIfAbsent(keyOf(info), _ => stageOf(info))
      stage.state = StageState.RUNNING
      stage.begin = info.submissionTime
    }

    def end(info: StageInfo): Unit = Option(open.remove(keyOf(info))).foreach { stage =>
      val isGood = info.failureReason.isEmpty
      close(stage, isGood, info.completionTime.getOrElse(System.currentTimeMillis()))
    }

    /** The last Spark job that needed the stage has ended. */
    def abandon(stageId: Int, timeMs: Long): Unit = {
      val left = new ArrayList(open.values).asScala.filter(_.key.stage == stageId)
      left.foreach { stage =>
        open.remove(stage.key)
        if (stage.state == StageState.WAITING) skippedStages += 1
        else close(stage, isGood = false, timeMs)
      }
    }

    private def close(stage: Stage, isGood: Boolean, timeMs: Long): Unit = {
      stage.state = if (isGood) StageState.COMPLETED else StageState.FAILED
      stage.running = 0
      stage.end = Some(timeMs)
      if (isGood) completedStages += 1 else failedStages += 1
      tasks += stage.tasks
      completedTasks += stage.completed
      failedTasks += stage.failed
      ended.addFirst(stage)
      if (ended.size > workerConstants.kMaxStages) ended.removeLast(): Unit
    }

    def report(): SparkProgress = {
      val (running, waiting) = open.values.asScala.toSeq.partition(_.state == StageState.RUNNING)
      val shown = (running ++ waiting ++ ended.asScala).take(workerConstants.kMaxStages)
      new SparkProgress()
        .setTime_ms(System.currentTimeMillis())
        .setRunning_jobs(runningJobs)
        .setCompleted_jobs(completedJobs)
        .setFailed_jobs(failedJobs)
        .setWaiting_stages(waiting.size.toLong)
        .setRunning_stages(running.size.toLong)
        .setCompleted_stages(completedStages)
        .setFailed_stages(failedStages)
        .setSkipped_stages(skippedStages)
        .setTasks(tasks + open.values.asScala.map(_.tasks.toLong).sum)
        .setRunning_tasks(running.map(_.running.toLong).sum)
        .setCompleted_tasks(completedTasks + running.map(_.completed.toLong).sum)
        .setFailed_tasks(failedTasks + running.map(_.failed.toLong).sum)
        .setStages(shown.map(_.toReport).asJava)
    }
  }

  private def keyOf(info: StageInfo): StageKey = StageKey(info.stageId, info.attemptNumber())

  private def stageOf(info: StageInfo): Stage =
    new Stage(keyOf(info), Text.cut(info.name, MaxNameBytes), info.numTasks)
}
