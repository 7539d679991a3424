package org.p2vit.image;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.p2vit.model.InputException;

/**
 * A CSV file with a header; column {@code class} (or {@code label}) is a number, {@code file} names
 * the image.
 */
final class LabelFile {
  private LabelFile() {}

  /** Labels by file name, in the file's order. */
  static Map<String, Integer> byName(Path csv) {
    Map<String, Integer> labels = new LinkedHashMap<>();
    for (CSVRecord record : records(csv)) {
      String file = field(csv, record, "file");
      if (labels.put(file, label(csv, record)) != null) {
        throw new InputException(csv + ", line " + line(record) + ": " + file + " occurs twice");
      }
    }
    return labels;
  }

  /** Labels in the file's order. */
  static int[] inOrder(Path csv) {
    return records(csv).stream().mapToInt(r -> label(csv, r)).toArray();
  }

  private static List<CSVRecord> records(Path csv) {
    CSVFormat format =
        CSVFormat.DEFAULT.builder().setHeader().setSkipHeaderRecord(true).setTrim(true).get();
    try (CSVParser parser = CSVParser.parse(csv, StandardCharsets.UTF_8, format)) {
      return new ArrayList<>(parser.getRecords());
    } catch (IOException | UncheckedIOException | IllegalArgumentException e) {
      throw new InputException(
          csv + ": not a readable CSV file with a header: " + e.getMessage(), e);
    }
  }

  private static int label(Path csv, CSVRecord record) {
    String column = record.isMapped("class") ? "class" : "label";
    String text = field(csv, record, column);
    try {
      int label = Integer.parseInt(text);
      if (label >= 0) {
        return label;
      }
    } catch (NumberFormatException e) {
      // Reported below.
    }
    throw new InputException(
        csv + ", line " + line(record) + ": " + column + " '" + text + "' is not a class number");
  }

  private static String field(Path csv, CSVRecord record, String column) {
    if (!record.isSet(column)) {
      throw new InputException(
          csv
              + ", line "
              + line(record)
              + ": no column '"
              + column
              + "'; the columns 'file' and 'class' are expected");
    }
    return record.get(column);
  }

  private static long line(CSVRecord record) {
    return record.getRecordNumber() + 1;
  }
}
