package org.p2vit.synth.device;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.p2vit.model.InputException;

/** The table of devices, {@code devices.json}. */
public final class Devices {
  private static final int SUGGESTIONS = 3;
  private static final List<Device> ALL = read();

  private Devices() {}

  /** In the order of the table: by vendor and family, small ones first. */
  public static List<Device> all() {
    return ALL;
  }

  /**
   * The device of that name. Case, spaces and dashes do not matter; the name of a board does as
   * well, and so does a part number with package and speed grade.
   *
   * @throws InputException if there is none, naming those that are spelled alike
   */
  public static Device find(String name) {
    String wanted = plain(name);
    return ALL.stream()
        .filter(d -> names(d).anyMatch(n -> plain(n).equals(wanted)))
        .findFirst()
        .or(
            () ->
                ALL.stream()
                    .filter(d -> wanted.startsWith(plain(d.name())))
                    .max(Comparator.comparingInt(d -> d.name().length())))
        .orElseThrow(
            () ->
                new InputException(
                    "device '"
                        + name
                        + "' is not in the table; spelled alike are "
                        + String.join(", ", alike(wanted))
                        + "; 'p2vit devices' lists all"));
  }

  private static List<String> alike(String wanted) {
    return ALL.stream()
        .flatMap(Devices::names)
        .sorted(
            Comparator.comparingInt(
                n -> plain(n).contains(wanted) ? 0 : distance(plain(n), wanted)))
        .limit(SUGGESTIONS)
        .collect(Collectors.toList());
  }

  private static Stream<String> names(Device device) {
    return Stream.concat(Stream.of(device.name()), device.boards().stream());
  }

  private static String plain(String name) {
    return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
  }

  /** Letters to insert, delete or replace (Levenshtein). */
  private static int distance(String a, String b) {
    int[] last = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      last[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] next = new int[b.length() + 1];
      next[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = last[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        next[j] = Math.min(replaced, 1 + Math.min(last[j], next[j - 1]));
      }
      last = next;
    }
    return last[b.length()];
  }

  private record Table(Map<String, DeviceFamily> families, List<Row> devices) {}

  private record Row(
      String name,
      String family,
      long luts,
      long dsps,
      long blockRams,
      long ultraRams,
      String source,
      List<String> boards) {

    Device device(Map<String, DeviceFamily> families) {
      return new Device(
          name, families.get(family), family, luts, dsps, blockRams, ultraRams, source, boards);
    }
  }

  private static List<Device> read() {
    JsonMapper mapper =
        JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .build();
    try (InputStream in = Devices.class.getResourceAsStream("devices.json")) {
      Table table = mapper.readValue(in, Table.class);
      return table.devices().stream().map(r -> r.device(table.families())).toList();
    } catch (IOException e) {
      throw new IllegalStateException("devices.json", e);
    }
  }
}
