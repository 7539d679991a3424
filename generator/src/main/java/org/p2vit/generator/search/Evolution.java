package org.p2vit.generator.search;

import io.jenetics.BitChromosome;
import io.jenetics.BitGene;
import io.jenetics.EliteSelector;
import io.jenetics.Genotype;
import io.jenetics.Mutator;
import io.jenetics.Phenotype;
import io.jenetics.TournamentSelector;
import io.jenetics.UniformCrossover;
import io.jenetics.engine.Constraint;
import io.jenetics.engine.Engine;
import io.jenetics.engine.EvolutionResult;
import io.jenetics.util.RandomRegistry;
import java.util.BitSet;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * An evolutionary search over allocations (Jenetics): a gene a group, all individuals repaired to
 * use the budget up. The same seed gives the same search.
 */
final class Evolution {
  private static final double MUTATION = 0.04;
  private static final double CROSSOVER = 0.5;
  private static final double SWAP = 0.3;
  private static final double RANDOM_WIDE = 0.1;
  private static final int TOURNAMENT = 3;
  private static final int ELITE = 2;

  private Evolution() {}

  /**
   * Searches.
   *
   * @param population individuals of a generation
   * @param generations at most
   * @param start individuals of the first generation, repaired already; others are random
   * @param fitness the greater the better
   * @param enough asked before every generation whether to stop
   */
  static <Q extends Comparable<? super Q>> void run(
      long seed,
      int groups,
      int population,
      int generations,
      List<Allocation> start,
      Repair repair,
      Function<Allocation, Q> fitness,
      BooleanSupplier enough) {
    Function<Genotype<BitGene>, Q> quality = g -> fitness.apply(allocation(g));
    Constraint<BitGene, Q> constraint =
        Constraint.of(
            Phenotype::isEvaluated,
            (p, generation) ->
                Phenotype.of(
                    genotype(repair.apply(allocation(p.genotype()), RandomRegistry.random())),
                    generation));
    // One thread: the order of random numbers must not depend on how threads run.
    Engine<BitGene, Q> engine =
        Engine.builder(quality, Genotype.of(BitChromosome.of(groups, RANDOM_WIDE)))
            .executor(Runnable::run)
            .populationSize(population)
            .constraint(constraint)
            // Those that replace old ones would be random, not repaired.
            .maximalPhenotypeAge(Long.MAX_VALUE)
            .survivorsSelector(
                new EliteSelector<BitGene, Q>(ELITE, new TournamentSelector<>(TOURNAMENT)))
            .offspringSelector(new TournamentSelector<>(TOURNAMENT))
            .alterers(new UniformCrossover<>(CROSSOVER, SWAP), new Mutator<>(MUTATION))
            .build();
    RandomRegistry.using(
        new Random(seed),
        random -> {
          List<Genotype<BitGene>> first =
              filled(start, groups, population, repair, random).map(Evolution::genotype).toList();
          Iterator<EvolutionResult<BitGene, Q>> results =
              engine.stream(first).limit(generations).iterator();
          while (!enough.getAsBoolean() && results.hasNext()) {
            results.next();
          }
        });
  }

  /** The given individuals, then random ones. */
  private static Stream<Allocation> filled(
      List<Allocation> start, int groups, int population, Repair repair, Random random) {
    Stream<Allocation> others =
        Stream.generate(
            () -> {
              boolean[] wide = new boolean[groups];
              for (int g = 0; g < groups; g++) {
                wide[g] = random.nextDouble() < RANDOM_WIDE;
              }
              return repair.apply(Allocation.of(wide), random);
            });
    return Stream.concat(start.stream(), others).limit(population);
  }

  private static Allocation allocation(Genotype<BitGene> genotype) {
    boolean[] wide = new boolean[genotype.chromosome().length()];
    for (int g = 0; g < wide.length; g++) {
      wide[g] = genotype.chromosome().get(g).bit();
    }
    return Allocation.of(wide);
  }

  private static Genotype<BitGene> genotype(Allocation allocation) {
    BitSet bits = new BitSet();
    for (int g = 0; g < allocation.groups(); g++) {
      bits.set(g, allocation.wide(g));
    }
    return Genotype.of(BitChromosome.of(bits, allocation.groups()));
  }
}
