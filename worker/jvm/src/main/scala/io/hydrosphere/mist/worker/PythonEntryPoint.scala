package io.hydrosphere.mist.worker

import org.apache.spark.{SparkConf, SparkContext}
import org.apache.spark.api.java.JavaSparkContext
import org.apache.spark.mist.HiveSessions
import org.apache.spark.sql.SparkSession
import org.apache.spark.streaming.Duration

/** What a Python function's process asks for first; called by name over py4j. */
final class PythonEntryPoint(context: SparkContext, streamingDuration: Duration) {
  def javaContext(): JavaSparkContext = new JavaSparkContext(context)
  def conf(): SparkConf = context.getConf
  def session(): SparkSession = SparkSession.builder().config(context.getConf).getOrCreate()
  def hiveSession(): SparkSession = HiveSessions.session(context)
  def streamingMs(): Long = streamingDuration.milliseconds
}
