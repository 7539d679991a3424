package org.p2vit.generator.sweep;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.p2vit.generator.compile.ModelTraits;
import org.p2vit.model.InputException;
import org.p2vit.model.VitShape;
import org.p2vit.quantize.Progress;
import org.p2vit.rtl.Architecture;
import org.p2vit.rtl.EmittedRtl;
import org.p2vit.rtl.RtlEmitter;
import org.p2vit.synth.area.AreaEstimate;
import org.p2vit.synth.area.AreaEstimator;
import org.p2vit.synth.area.DesignPart;
import org.p2vit.verif.BuildProgress;

/**
 * Synthesizes random designs and fits the {@link AreaModel} to half of them; the others tell how
 * well it predicts.
 *
 * @param model fitted to all of them, as {@code area-model.json} holds it
 * @param errors relative, of designs that a model fitted to the others predicts
 */
public record AreaCalibration(String model, List<Double> errors) {
  private static final int LUT_INPUTS = 6;
  private static final int FOLDS = 2;

  private static final List<VitShape> SHAPES =
      List.of(
          new VitShape(1, 28, 28, 7, 64, 4, 4, 256, 10),
          new VitShape(3, 32, 32, 4, 96, 4, 3, 384, 10),
          new VitShape(3, 224, 224, 16, 192, 12, 3, 768, 1000));

  private static final SweepSpace SPACE =
      new SweepSpace(
          List.of(64, 128, 256, 512),
          null,
          List.of(2, 4, 8, 16, 32),
          List.of(1, 2, 4, 8, 16),
          List.of("2x4", "4x4", "4x8", "8x8", "8x16", "16x16", "16x32"),
          null,
          null,
          null,
          null,
          List.of(32, 64, 128),
          null,
          null);

  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
          .build();

  /**
   * @param designs how many
   * @param seed of their choice
   * @param work gets their RTL
   */
  public static AreaCalibration run(int designs, long seed, Path work, Progress progress) {
    List<Architecture> chosen = choose(designs, new Random(seed));
    List<AreaModel.Sample> samples = new ArrayList<>();
    AreaEstimator estimator = new AreaEstimator();
    for (Architecture arch : chosen) {
      progress.at("synthesizing", samples.size(), chosen.size());
      EmittedRtl rtl = RtlEmitter.create().emit(arch, work.resolve("rtl" + samples.size()));
      AreaEstimate area = estimator.estimate(rtl, LUT_INPUTS, BuildProgress.NONE);
      if (!area.unsynthesized().isEmpty()) {
        throw new InputException("not synthesized: " + area.unsynthesized());
      }
      Map<DesignPart, Long> luts = new EnumMap<>(DesignPart.class);
      area.parts().forEach(p -> luts.put(p.part(), p.resources().luts()));
      samples.add(new AreaModel.Sample(arch, luts));
    }
    List<Double> errors = new ArrayList<>();
    for (int fold = 0; fold < FOLDS; fold++) {
      AreaModel model = AreaModel.fit(part(samples, fold, false));
      for (AreaModel.Sample s : part(samples, fold, true)) {
        double real = s.luts().values().stream().mapToLong(l -> l).sum();
        errors.add(model.luts(s.architecture()) / real - 1);
      }
    }
    return new AreaCalibration(json(AreaModel.fit(samples)), List.copyOf(errors));
  }

  private static List<AreaModel.Sample> part(
      List<AreaModel.Sample> samples, int fold, boolean held) {
    List<AreaModel.Sample> result = new ArrayList<>();
    for (int i = 0; i < samples.size(); i++) {
      if (i % FOLDS == fold == held) {
        result.add(samples.get(i));
      }
    }
    return result;
  }

  /** Of all that the shapes allow, evenly of each shape. */
  private static List<Architecture> choose(int designs, Random random) {
    Set<Architecture> chosen = new LinkedHashSet<>();
    List<List<Architecture>> all = new ArrayList<>();
    for (VitShape shape : SHAPES) {
      ModelTraits traits = new ModelTraits(shape, true, 16, 7);
      List<Architecture> of = new ArrayList<>(DesignGrid.of(SPACE, traits).architectures());
      Collections.shuffle(of, random);
      all.add(of);
    }
    for (int i = 0; chosen.size() < designs; i++) {
      chosen.add(all.get(i % all.size()).get(i / all.size()));
    }
    return List.copyOf(chosen);
  }

  private static String json(AreaModel model) {
    try {
      Map<?, ?> sorted =
          MAPPER.convertValue(model, new TypeReference<Map<String, Map<String, Object>>>() {});
      return MAPPER.writeValueAsString(sorted) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
