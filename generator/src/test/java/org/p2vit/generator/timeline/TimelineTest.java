package org.p2vit.generator.timeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.p2vit.generator.compile.TapTarget;
import org.p2vit.generator.compile.TracedJob;
import org.p2vit.model.VitShape;
import org.p2vit.rtl.Chunk;
import org.p2vit.rtl.StallCause;
import org.p2vit.rtl.job.EndJob;
import org.p2vit.rtl.job.Job;
import org.p2vit.rtl.job.LoadJob;
import org.p2vit.rtl.job.SoftmaxJob;
import org.p2vit.rtl.job.StoreJob;
import org.p2vit.rtl.job.Wait;
import org.p2vit.verif.ExecutionTrace;
import org.p2vit.verif.ExecutionTrace.Idle;
import org.w3c.dom.Document;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/** What is told of a run that is made up by hand. */
class TimelineTest {
  private static final int CYCLES = 100;
  private static final int WINDOW = 10;
  private static final VitShape SHAPE = new VitShape(1, 8, 8, 2, 16, 1, 2, 20, 5);

  // LOAD brings two units at 20 and 30; SOFTMAX is taken at 5 and waits for the second; STORE ends.
  private static final List<TracedJob> PROGRAM =
      List.of(
          job(load(2), "blocks.0.key/0 <\"&\"> weights", Optional.empty()),
          job(
              new SoftmaxJob(List.of(Wait.until(Chunk.LOAD, 2)), 1, 0, 0, 4, 4, 4),
              "blocks.0.attention",
              Optional.of(new TapTarget("blocks.0.attention", 1, 0, 16, 0, 1))),
          job(
              new StoreJob(List.of(Wait.until(Chunk.SOFTMAX, 1)), 0, 1, 0),
              "logits",
              Optional.empty()),
          job(new EndJob(List.of(Wait.until(Chunk.STORE, 1))), "end", Optional.empty()));

  private static final Timeline TIMELINE = new Timeline(PROGRAM, SHAPE, trace());

  private static TracedJob job(Job job, String purpose, Optional<TapTarget> tap) {
    return new TracedJob(job, 0, purpose, tap);
  }

  private static LoadJob load(int units) {
    return new LoadJob(List.of(), LoadJob.Source.MODEL, 0, LoadJob.Destination.WEIGHT, 0, units, 1);
  }

  private static ExecutionTrace trace() {
    Map<Chunk, long[]> taken = new EnumMap<>(Chunk.class);
    Map<Chunk, long[]> completed = new EnumMap<>(Chunk.class);
    Map<Chunk, int[]> busy = new EnumMap<>(Chunk.class);
    for (Chunk c : Chunk.values()) {
      taken.put(c, new long[0]);
      completed.put(c, new long[0]);
      busy.put(c, new int[CYCLES / WINDOW]);
    }
    taken.put(Chunk.LOAD, new long[] {3});
    completed.put(Chunk.LOAD, new long[] {20, 30});
    busy.get(Chunk.LOAD)[2] = 4;
    taken.put(Chunk.SOFTMAX, new long[] {5});
    completed.put(Chunk.SOFTMAX, new long[] {59});
    busy.get(Chunk.SOFTMAX)[4] = 10;
    busy.get(Chunk.SOFTMAX)[5] = 1;
    taken.put(Chunk.STORE, new long[] {7});
    completed.put(Chunk.STORE, new long[] {90});
    List<Idle> idle =
        List.of(
            new Idle(0, 40, Optional.of(StallCause.NO_JOB)),
            new Idle(50, 3, Optional.empty()),
            new Idle(60, 30, Optional.of(StallCause.NO_JOB)));
    Map<StallCause, int[]> stalls = new EnumMap<>(StallCause.class);
    for (StallCause cause : StallCause.values()) {
      stalls.put(cause, new int[CYCLES / WINDOW]);
    }
    return new ExecutionTrace(CYCLES, taken, completed, idle, WINDOW, busy, stalls);
  }

  @Test
  void jobsTellWhatHeldThem() {
    TimedJob softmax = TIMELINE.jobs(Chunk.SOFTMAX).get(0);
    assertEquals("blocks.0.attention, head 1", softmax.name().full());
    assertEquals(5, softmax.begin());
    assertEquals(60, softmax.end());
    assertEquals(11, softmax.busyCycles());
    TimedJob.Held held = softmax.held().get(0);
    assertEquals(31, held.until());
    assertEquals(Chunk.LOAD, held.chunk());
    assertEquals("blocks.0.key/0 <\"&\"> weights", held.maker().full());
    assertTrue(TIMELINE.jobs(Chunk.LOAD).get(0).held().isEmpty());
  }

  @Test
  void activityOfAnyRange() {
    Activity activity = TIMELINE.activity();
    assertEquals(27, activity.busy(Chunk.MATMUL, 0, 100));
    assertEquals(10, activity.busy(Chunk.MATMUL, 40, 50));
    assertEquals(5, activity.idle(35, 42));
    assertEquals(1, activity.idle(Optional.empty(), 52, 70));
    assertEquals(0, activity.idle(Optional.of(StallCause.LOAD), 0, 100));
    assertEquals(4, activity.busy(Chunk.LOAD, 0, 100));
    assertEquals(2, activity.busy(Chunk.LOAD, 15, 25), 1e-9);
    assertEquals(11, activity.busy(Chunk.SOFTMAX, 40, 100));
  }

  @Test
  void stallsOfOneReasonCountTogether() {
    List<Stall> stalls = TIMELINE.longestStalls(9);
    assertEquals(2, stalls.size());
    Stall first = stalls.get(0);
    assertEquals(0, first.from());
    assertEquals(70, first.cycles());
    assertEquals(2, first.stretches());
    assertEquals(Optional.of(StallCause.NO_JOB), first.reason().cause());
    assertEquals(3, stalls.get(1).cycles());
    assertEquals(List.of(first), TIMELINE.longestStalls(1));
  }

  @Test
  void thePictureIsXmlAndTellsOfEachJob() throws Exception {
    String svg =
        TimelineSvg.draw(
            TIMELINE, "a & b", "<c>", List.of(new Excerpts.Excerpt(new Range(10, 20), "asked")));
    Document document =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new InputSource(new StringReader(svg)));
    NodeList titles = document.getElementsByTagName("title");
    List<String> tooltips =
        IntStream.range(0, titles.getLength())
            .mapToObj(titles::item)
            .map(Node::getTextContent)
            .toList();
    List<String> names = new ArrayList<>();
    tooltips.forEach(t -> names.add(t.lines().findFirst().orElseThrow()));
    // Overview, then the excerpt, in which STORE and SOFTMAX have been taken.
    List<String> all =
        List.of(
            "blocks.0.key/0 <\"&\"> weights (job 0)",
            "blocks.0.attention, head 1 (job 1)",
            "logits (job 2)");
    assertEquals(all, names.subList(0, 3));
    assertEquals(all, names.subList(3, 6));
    assertEquals(6, names.size());
    assertTrue(tooltips.get(1).contains("waited until 31 for load"), tooltips.get(1));
    assertTrue(svg.contains("a &amp; b"), "the title");
  }

  @Test
  void roundNumbersForAxes() {
    assertEquals(1, Excerpts.niceBelow(1));
    assertEquals(2, Excerpts.niceBelow(4));
    assertEquals(50, Excerpts.niceBelow(99));
    assertEquals(100_000, Excerpts.niceBelow(100_000));
  }
}
