package org.p2vit.rtl.job;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Width of a record component in the encoded job. The layout of a job is its record: components
 * from bit 0 upwards.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.RECORD_COMPONENT, ElementType.FIELD})
public @interface Bits {
  int value();

  /** Two's complement instead of unsigned. */
  boolean signed() default false;
}
