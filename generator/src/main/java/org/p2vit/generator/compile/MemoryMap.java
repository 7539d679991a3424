package org.p2vit.generator.compile;

import org.p2vit.rtl.job.JobFormat;

/**
 * Where a host puts things in external memory, one after another in pages of 4 KiB from {@value #BASE}; any other place works as well, the
 * program holds offsets only. Sizes in bytes.
 *
 * @param program address of the first job
 * @param model address of the memory image
 * @param input address of the input tensor, see {@link InputLayout}
 * @param output address of the output region, see {@link OutputLayout}
 */
public record MemoryMap(
    long program,
    int programBytes,
    long model,
    int modelBytes,
    long input,
    int inputBytes,
    long output,
    int outputBytes) {

  private static final long BASE = 0x1000_0000L;
  private static final long PAGE = 4096;

  public static MemoryMap of(CompiledModel compiled) {
    int programBytes = compiled.jobs().size() * JobFormat.BYTES;
    long model = after(BASE, programBytes);
    long input = after(model, compiled.image().length);
    long output = after(input, compiled.input().bytes());
    return new MemoryMap(
        BASE,
        programBytes,
        model,
        compiled.image().length,
        input,
        compiled.input().bytes(),
        output,
        compiled.output().bytes());
  }

  private static long after(long start, long bytes) {
    return (start + bytes + PAGE - 1) / PAGE * PAGE;
  }
}
