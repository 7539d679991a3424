package org.p2vit.generator.compile;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.p2vit.model.InputException;
import org.p2vit.model.QuantizedModel;
import org.p2vit.model.VitShape;
import org.p2vit.rtl.Architecture;

/** Turns a model into a program and a memory image for an architecture. */
public final class ModelCompiler {
  private ModelCompiler() {}

  /** For one image a start. */
  public static CompiledModel compile(QuantizedModel model, Architecture arch) {
    return compile(model, arch, CompileOptions.DEFAULT);
  }

  /** For several images a start, back to back. */
  public static CompiledModel compile(QuantizedModel model, Architecture arch, int images) {
    return compile(model, arch, CompileOptions.DEFAULT.withImages(images));
  }

  /**
   * @throws InputException if the model does not fit the architecture; the message says which
   *     number, what was found and what is needed
   */
  public static CompiledModel compile(
      QuantizedModel model, Architecture arch, CompileOptions options) {
    Compilation compilation = compilation(model, arch, options);
    Schedule schedule = compilation.order().schedule();
    try {
      schedule.encodedProgram();
    } catch (IllegalArgumentException e) {
      throw new InputException(
          "model " + model.name() + " is too large for the job format: " + e.getMessage(), e);
    }
    try {
      ProgramCheck.check(schedule.jobs(), arch);
    } catch (InputException e) {
      throw new InputException(
          "model " + model.name() + " does not fit the architecture: " + e.getMessage(), e);
    }
    return new CompiledModel(schedule, compilation.image().toByteArray());
  }

  /** The program alone, for several images a start; much cheaper than {@link #compile}. */
  public static Schedule schedule(QuantizedModel model, Architecture arch, int images) {
    return schedule(model, arch, CompileOptions.DEFAULT.withImages(images));
  }

  /**
   * The program alone; much cheaper than {@link #compile}.
   *
   * @throws InputException as {@link #compile} does, but for numbers of the model that do not fit
   *     their fields
   */
  public static Schedule schedule(QuantizedModel model, Architecture arch, CompileOptions options) {
    return compilation(model, arch, options).order().schedule();
  }

  /**
   * The order of a program for one image, from which its schedule can be made.
   *
   * @throws InputException as {@link #schedule} does
   */
  public static ProgramOrder order(QuantizedModel model, Architecture arch) {
    return compilation(model, arch, CompileOptions.DEFAULT).order();
  }

  private record Compilation(ProgramOrder order, MemoryImage image) {}

  private static Compilation compilation(
      QuantizedModel model, Architecture arch, CompileOptions options) {
    BufferNeeds needs = BufferNeeds.of(model.shape(), ModelTraits.of(model).weights4(), arch);
    FitCheck.check(model, arch, needs);
    VitShape s = model.shape();
    InputLayout input = new InputLayout(s.tokens(), s.patchDim(), arch.rows(), arch.depth());
    OutputLayout output = new OutputLayout(s.classes(), arch.rows(), arch.requantColumns());
    NetworkProgram network = new NetworkProgram(model, arch, needs, input, output, options);
    List<ProgramOrder.Gang> gangs = network.build();
    int imageBytes = network.image().bytes();
    ProgramOrder order =
        new ProgramOrder(
            arch,
            options.overlap(),
            gangs,
            jobs ->
                new Schedule(
                    model.name(),
                    s,
                    arch,
                    options.images(),
                    jobs,
                    imageBytes,
                    input,
                    output,
                    uses(needs, arch)));
    return new Compilation(order, network.image());
  }

  private static List<BufferUse> uses(BufferNeeds n, Architecture arch) {
    Architecture.Buffers b = arch.buffers();
    int blocks = n.rowBlocks();
    List<BufferUse> uses = new ArrayList<>();
    uses.add(
        use(
            OnChip.ACTIVATION,
            arch,
            "input",
            blocks * n.patchWords(),
            "norm",
            blocks * n.dimWords(),
            "query",
            blocks * n.headWords(),
            "context",
            blocks * n.dimWords(),
            "hidden",
            blocks * n.hiddenWords()));
    int keys = n.keyWords();
    uses.add(use(OnChip.WEIGHT, arch, "key", keys, "weights", b.weightWords() - keys));
    int residual = blocks * n.dimResidualWords();
    uses.add(use(OnChip.RESIDUAL, arch, "residual", residual, "logits", n.logitWords()));
    int valueBuffers = NetworkProgram.valueBuffers(n, arch);
    uses.add(use(OnChip.VALUE, arch, "value", valueBuffers * n.valueWords()));
    uses.add(use(OnChip.SCORE, arch, "scores", b.scoreSlots() * n.scoreSlotWords()));
    uses.add(use(OnChip.SCORE_MAX, arch, "maxima", b.scoreSlots()));
    uses.add(use(OnChip.CODE, arch, "attention", b.codeSlots() * n.codeSlotWords()));
    uses.add(use(OnChip.PARAMETER, arch, "parameters", b.parameterWords()));
    uses.add(use(OnChip.NORM_PARAMETER, arch, "parameters", b.normParameterWords()));
    uses.add(use(OnChip.TABLE, arch, "activation", 1));
    return uses;
  }

  private static BufferUse use(OnChip buffer, Architecture arch, Object... regions) {
    Map<String, Integer> words = new LinkedHashMap<>();
    for (int i = 0; i < regions.length; i += 2) {
      words.put((String) regions[i], (Integer) regions[i + 1]);
    }
    return new BufferUse(buffer.name(), buffer.words(arch.buffers()), buffer.wordBits(arch), words);
  }
}
