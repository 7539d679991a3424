package org.p2vit.verif.chunk;

import java.util.List;
import org.p2vit.rtl.job.Job;
import org.p2vit.rtl.job.Wait;

/** Makes random jobs of one kind that are in the range that the hardware defines. */
interface JobMaker {

  /** Waits for a job of this form: see {@link RandomWaits#next}. */
  interface Waits {
    List<Wait> of(int rowBlocks, int tiles, int units);
  }

  Job next(Waits waits);
}
