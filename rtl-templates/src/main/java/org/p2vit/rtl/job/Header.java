package org.p2vit.rtl.job;

import java.util.List;

/**
 * What every job starts with. A job waits for all three conditions.
 *
 * @param magic {@link JobFormat#MAGIC}
 * @param opcode which job record follows: {@link JobFormat#opcode}
 */
public record Header(@Bits(8) int magic, @Bits(4) int opcode, Wait wait0, Wait wait1, Wait wait2) {

  static Header of(int opcode, List<Wait> waits) {
    if (waits.size() > 3) {
      throw new IllegalArgumentException("a job has at most 3 waits, not " + waits.size());
    }
    Wait[] w = {Wait.NONE, Wait.NONE, Wait.NONE};
    for (int i = 0; i < waits.size(); i++) {
      w[i] = waits.get(i);
    }
    return new Header(JobFormat.MAGIC, opcode, w[0], w[1], w[2]);
  }
}
