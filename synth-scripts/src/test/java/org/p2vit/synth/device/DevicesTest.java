package org.p2vit.synth.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.p2vit.model.InputException;

class DevicesTest {

  @ParameterizedTest
  @CsvSource({
    "XC7Z020, XC7Z020",
    "xc7z020clg400-1, XC7Z020",
    "pynq z2, XC7Z020",
    "ZCU102, XCZU9EG",
    "ice40-up5k, iCE40UP5K",
    "ice40up5k-sg48, iCE40UP5K",
  })
  void isFoundByDevicePartOrBoard(String name, String device) {
    assertEquals(device, Devices.find(name).name());
  }

  @ParameterizedTest
  @CsvSource({"zcu12, ZCU102", "XC7Z02, XC7Z020", "ice40up3k, iCE40UP5K", "up5k, iCE40UP5K"})
  void anUnknownOneIsToldThoseSpelledAlike(String name, String alike) {
    InputException e = assertThrows(InputException.class, () -> Devices.find(name));
    assertTrue(e.getMessage().contains("'" + name + "'"), e.getMessage());
    assertTrue(e.getMessage().contains(alike), e.getMessage());
  }

  @Test
  void theTableIsComplete() {
    Set<String> names = new HashSet<>();
    for (Device d : Devices.all()) {
      assertTrue(names.add(d.name()), d.name() + " twice");
      assertNotNull(d.family(), d.name());
      assertFalse(d.source().isBlank(), d.name());
      assertTrue(d.luts() > 0 && d.blockRams() > 0, d.name());
      assertTrue(d.ultraRams() == 0 || d.family().ultraRam() != null, d.name());
    }
  }
}
