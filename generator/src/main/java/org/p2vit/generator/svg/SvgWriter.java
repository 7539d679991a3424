package org.p2vit.generator.svg;

import java.io.StringWriter;
import java.util.Locale;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/** Writes the few elements that a drawing needs; texts are escaped, coordinates are in pixels. */
public final class SvgWriter {
  private final StringWriter text = new StringWriter();
  private final XMLStreamWriter xml;

  /** An action that may fail in the XML library: it does not, on a string. */
  private interface Step {
    void run() throws XMLStreamException;
  }

  /** Begins a drawing of this size with a style sheet. */
  public SvgWriter(double width, double height, String style) {
    this(width, height);
    run(() -> xml.writeStartElement("style"));
    characters(style);
    end();
  }

  /** Begins a drawing that is styled by the document around it. */
  public SvgWriter(double width, double height) {
    try {
      xml = XMLOutputFactory.newFactory().createXMLStreamWriter(text);
    } catch (XMLStreamException e) {
      throw new IllegalStateException(e);
    }
    run(
        () -> {
          xml.writeStartElement("svg");
          xml.writeDefaultNamespace("http://www.w3.org/2000/svg");
        });
    attributes("viewBox", "0 0 " + number(width) + " " + number(height), "width", width);
    attributes("height", height);
  }

  /** Ends the drawing. */
  public String finish() {
    end();
    run(xml::close);
    return text.append('\n').toString();
  }

  public void group(String styleClass, String... attributes) {
    start("g", styleClass);
    attributes((Object[]) attributes);
  }

  public void end() {
    run(xml::writeEndElement);
  }

  public void rect(String styleClass, double x, double y, double width, double height) {
    startRect(styleClass, x, y, width, height);
    end();
  }

  /** A rectangle that tells more when pointed at. */
  public void rect(
      String styleClass, double x, double y, double width, double height, String tooltip) {
    startRect(styleClass, x, y, width, height);
    run(() -> xml.writeStartElement("title"));
    characters(tooltip);
    end();
    end();
  }

  /** A dot that tells more when pointed at. */
  public void dot(String styleClass, double x, double y, double radius, String tooltip) {
    start("circle", styleClass);
    attributes("cx", x, "cy", y, "r", radius);
    run(() -> xml.writeStartElement("title"));
    characters(tooltip);
    end();
    end();
  }

  private void startRect(String styleClass, double x, double y, double width, double height) {
    start("rect", styleClass);
    attributes("x", x, "y", y, "width", width, "height", height);
  }

  public void line(String styleClass, double x1, double y1, double x2, double y2) {
    path(styleClass, "M%s %sL%s %s".formatted(number(x1), number(y1), number(x2), number(y2)));
  }

  public void path(String styleClass, String commands, Object... attributes) {
    start("path", styleClass);
    attributes("d", commands);
    attributes(attributes);
    end();
  }

  public void text(String styleClass, double x, double y, String content) {
    start("text", styleClass);
    attributes("x", x, "y", y);
    characters(content);
    end();
  }

  /** A number with at most two digits behind the point. */
  public static String number(double value) {
    long hundredths = Math.round(value * 100);
    return hundredths % 100 == 0
        ? Long.toString(hundredths / 100)
        : String.format(Locale.ROOT, hundredths % 10 == 0 ? "%.1f" : "%.2f", hundredths / 100.0);
  }

  private void start(String element, String styleClass) {
    run(() -> xml.writeStartElement(element));
    if (!styleClass.isEmpty()) {
      attributes("class", styleClass);
    }
  }

  /** Names and values in turn. */
  private void attributes(Object... namesAndValues) {
    for (int i = 0; i < namesAndValues.length; i += 2) {
      Object value = namesAndValues[i + 1];
      String name = namesAndValues[i].toString();
      String content = value instanceof Double d ? number(d) : value.toString();
      run(() -> xml.writeAttribute(name, content));
    }
  }

  private void characters(String content) {
    run(() -> xml.writeCharacters(content));
  }

  private void run(Step step) {
    try {
      step.run();
    } catch (XMLStreamException e) {
      throw new IllegalStateException(e);
    }
  }
}
