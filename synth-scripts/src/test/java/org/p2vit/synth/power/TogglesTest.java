package org.p2vit.synth.power;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.p2vit.model.InputException;

class TogglesTest {
  private static final String HEADER =
      """
      $date today $end
      $timescale 1ps $end
      $scope module TOP $end
       $var wire 1 ! clock $end
       $scope module dut $end
        $var wire 1 ! clock $end
        $var wire 1 "# q $end
        $var wire 8 % bus [7:0] $end
        $scope module a $end
         $var wire 1 "# Y $end
         $var reg 1 & late $end
        $upscope $end
       $upscope $end
      $upscope $end
      $enddefinitions $end
      """;

  private static Toggles read(String vcd, String scope) {
    byte[] bytes = vcd.getBytes(StandardCharsets.US_ASCII);
    return Toggles.read(new ByteArrayInputStream(bytes), "test.vcd", scope);
  }

  @Test
  void changesOfBitsAreCountedUnderAllTheirNames() {
    String changes =
        """
        $dumpvars
        0!
        x"#
        b00000000 %
        x&
        $end
        #0
        1!
        1"#
        #5
        0!
        0"#
        b101 %
        #10
        1!
        0"#
        1&
        #15
        z&
        0&
        1&
        """;
    Toggles t = read(HEADER + changes, "TOP.dut");
    assertEquals(3, t.of("clock"));
    assertEquals(1, t.of("q"), "what was unknown before does not count, nor does what stays");
    assertEquals(1, t.of("a.Y"), "a pin has its net's");
    assertEquals(1, t.of("a.late"));
    assertEquals(-1, t.of("bus"), "buses are not pins");
    assertEquals(3, read(HEADER + changes, "TOP").of("dut.clock"));
  }

  /** Codes of one to four characters, as tools number them. */
  @Test
  void everyCodeHasACounterOfItsOwn() {
    long seed = 11;
    Random random = new Random(seed);
    StringBuilder header = new StringBuilder("$scope module t $end\n");
    StringBuilder changes = new StringBuilder("#0\n");
    int signals = 20_000;
    int[] expected = new int[signals];
    for (int i = 0; i < signals; i++) {
      header.append("$var wire 1 ").append(code(i)).append(" s").append(i).append(" $end\n");
      changes.append('0').append(code(i)).append('\n');
    }
    boolean[] value = new boolean[signals];
    for (int i = 0; i < 100_000; i++) {
      int s = random.nextInt(signals);
      value[s] = !value[s];
      expected[s]++;
      changes.append(value[s] ? '1' : '0').append(code(s)).append('\n');
    }
    Toggles t = read(header + "$upscope $end $enddefinitions $end\n" + changes, "t");
    for (int i = 0; i < signals; i++) {
      assertEquals(expected[i], t.of("s" + i), "seed " + seed + ", signal " + i);
    }
  }

  private static String code(int n) {
    StringBuilder s = new StringBuilder();
    do {
      s.append((char) ('!' + n % 94));
      n /= 94;
    } while (n > 0);
    return s.append('~').toString();
  }

  @Test
  void scopesThatAreThereAreNamed() {
    InputException e = assertThrows(InputException.class, () -> read(HEADER, "TOP.P2vit"));
    assertTrue(
        e.getMessage().contains("test.vcd")
            && e.getMessage().contains("no scope TOP.P2vit")
            && e.getMessage().contains("TOP.dut.a"),
        e.getMessage());
  }

  @Test
  void whatIsNoVcdIsRefused() {
    for (String bad :
        new String[] {"", "module x;\n", HEADER.substring(0, 200), HEADER + "#0\nhello\n"}) {
      InputException e = assertThrows(InputException.class, () -> read(bad, "TOP.dut"));
      assertTrue(e.getMessage().contains("test.vcd is no VCD"), e.getMessage());
    }
    InputException e =
        assertThrows(InputException.class, () -> Toggles.read(Path.of("no-such.vcd"), "TOP"));
    assertTrue(e.getMessage().contains("no-such.vcd"), e.getMessage());
  }
}
