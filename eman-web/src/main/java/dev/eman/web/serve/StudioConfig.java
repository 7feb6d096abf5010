package dev.eman.web.serve;

import com.google.common.collect.ImmutableSet;
import dev.eman.core.EmanException;
import java.io.IOException;
import java.io.StringReader;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;
import org.xml.sax.helpers.DefaultHandler;

/**
 * What Label Studio's labelling configuration says of classifying images.
 *
 * @param name of the Choices
 * @param toName of the Image that they are of
 * @param data the key of a task's data under which the image is
 * @param choices their values
 */
record StudioConfig(String name, String toName, String data, ImmutableSet<String> choices) {

  /**
   * Reads a configuration.
   *
   * @throws EmanException if it is not XML, or has no Choices for an Image
   */
  static StudioConfig parse(String xml) {
    Element root = root(xml);
    NodeList all = root.getElementsByTagName("Choices");
    for (int i = 0; i < all.getLength(); i++) {
      Element choices = (Element) all.item(i);
      @Nullable Element image = image(root, choices.getAttribute("toName"));
      if (image != null) {
        return new StudioConfig(
            choices.getAttribute("name"),
            choices.getAttribute("toName"),
            image.getAttribute("value").substring(1),
            values(choices));
      }
    }
    throw new EmanException(
        "expected a labelling configuration with Choices for an Image, such as"
            + " <Choices name=\"class\" toName=\"image\"> and <Image name=\"image\""
            + " value=\"$image\"/>, found none");
  }

  private static @Nullable Element image(Element root, String name) {
    NodeList images = root.getElementsByTagName("Image");
    for (int i = 0; i < images.getLength(); i++) {
      Element image = (Element) images.item(i);
      if (image.getAttribute("name").equals(name) && image.getAttribute("value").startsWith("$")) {
        return image;
      }
    }
    return null;
  }

  private static ImmutableSet<String> values(Element choices) {
    ImmutableSet.Builder<String> values = ImmutableSet.builder();
    NodeList all = choices.getElementsByTagName("Choice");
    for (int i = 0; i < all.getLength(); i++) {
      Element choice = (Element) all.item(i);
      // An alias is what annotations have in place of the value.
      String alias = choice.getAttribute("alias");
      values.add(alias.isEmpty() ? choice.getAttribute("value") : alias);
    }
    return values.build();
  }

  private static Element root(String xml) {
    try {
      DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
      factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
      factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
      var builder = factory.newDocumentBuilder();
      builder.setErrorHandler(new DefaultHandler()); // The default one prints.
      return builder.parse(new InputSource(new StringReader(xml))).getDocumentElement();
    } catch (SAXException | IOException e) {
      throw new EmanException(
          "expected a labelling configuration in XML, found something else: " + e.getMessage(), e);
    } catch (ParserConfigurationException e) {
      throw new IllegalStateException(e);
    }
  }
}
