package org.p2vit.generator.compile;

import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import org.p2vit.rtl.job.Job;
import org.p2vit.rtl.job.Wait;

/** Copies of jobs. */
final class Jobs {
  private Jobs() {}

  /** How a kind of job is taken apart and put together; looked up once, since that is slow. */
  private record Kind(Constructor<?> constructor, Method[] accessors, int waits) {
    static Kind of(Class<?> type) {
      RecordComponent[] components = type.getRecordComponents();
      Class<?>[] types =
          Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
      Method[] accessors =
          Arrays.stream(components).map(RecordComponent::getAccessor).toArray(Method[]::new);
      List<String> names = Arrays.stream(components).map(RecordComponent::getName).toList();
      try {
        return new Kind(type.getDeclaredConstructor(types), accessors, names.indexOf("waits"));
      } catch (NoSuchMethodException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private static final ClassValue<Kind> KINDS =
      new ClassValue<>() {
        @Override
        protected Kind computeValue(Class<?> type) {
          return Kind.of(type);
        }
      };

  /** The same job with other waits. */
  static Job withWaits(Job job, List<Wait> waits) {
    Kind kind = KINDS.get(job.getClass());
    Object[] values = new Object[kind.accessors().length];
    try {
      for (int i = 0; i < values.length; i++) {
        values[i] = i == kind.waits() ? List.copyOf(waits) : kind.accessors()[i].invoke(job);
      }
      return (Job) kind.constructor().newInstance(values);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }
}
