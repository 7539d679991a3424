package org.p2vit.generator.compile;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import org.p2vit.rtl.job.Job;
import org.p2vit.rtl.job.Wait;

/** Copies of jobs. */
final class Jobs {
  private Jobs() {}

  /** The same job with other waits. */
  static Job withWaits(Job job, List<Wait> waits) {
    try {
      List<Class<?>> types = new ArrayList<>();
      List<Object> values = new ArrayList<>();
      for (RecordComponent c : job.getClass().getRecordComponents()) {
        types.add(c.getType());
        values.add(c.getName().equals("waits") ? List.copyOf(waits) : c.getAccessor().invoke(job));
      }
      return job.getClass()
          .getDeclaredConstructor(types.toArray(Class<?>[]::new))
          .newInstance(values.toArray());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }
}
