package mist.api.encoding

import java.time.{Instant, LocalDate, LocalDateTime, ZoneId}
import java.time.format.DateTimeFormatter
import java.util.Base64

import scala.collection.{Map => AnyMap, Seq => AnySeq}

import mist.api.data._
import org.apache.spark.sql.{DataFrame, Dataset, Row}

/** Results that are Spark tables: all rows are collected to a list of objects. */
object spark {

  /** For subclasses too: since Spark 4 an SQLContext answers with one. */
  implicit def datasetEncoder[D <: Dataset[_]]: JsEncoder[D] =
    JsEncoder(dataset => encodeRows(dataset.toDF()))

  // ISO 8601 with milliseconds; an offset of zero is written Z.
  private val timestampFormat = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSXXX")

  private def encodeRows(rows: DataFrame): JsData = JsList(rows.collect().toSeq.map(encodeRow))

  private[encoding] def encodeRow(row: Row): JsData = {
    val names =
      if (row.schema == null)
        throw new IllegalArgumentException("Can not encode a row without a schema")
      else row.schema.fieldNames
    JsMap(names.toSeq.zipWithIndex.map { case (name, i) => name -> encodeValue(row.get(i)) }: _*)
  }

  private def encodeValue(value: Any): JsData = value match {
    case row: Row => encodeRow(row)
    case bytes: Array[Byte] => JsString(Base64.getEncoder.encodeToString(bytes))
    case list: AnySeq[_] => JsList(list.toList.map(encodeValue))
    case map: AnyMap[_, _] =>
      JsMap(map.toSeq.map { case (k, v) => String.valueOf(k) -> encodeValue(v) }: _*)
    case time: java.sql.Timestamp => encodeInstant(time.toInstant)
    case time: Instant => encodeInstant(time)
    case time: LocalDateTime => encodeInstant(time.atZone(ZoneId.systemDefault()).toInstant)
    case date: java.sql.Date => JsString(date.toLocalDate.toString)
    case date: LocalDate => JsString(date.toString)
    case _: Char => throw new IllegalArgumentException("Can not encode a column of characters")
    case other => JsData.fromScala(other)
  }

  private def encodeInstant(time: Instant): JsData =
    JsString(timestampFormat.format(time.atZone(ZoneId.systemDefault())))
}
