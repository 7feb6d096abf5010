package dev.eman.weights.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.core.EmanException;
import dev.eman.core.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import onnx.Onnx.GraphProto;
import onnx.Onnx.ModelProto;
import onnx.Onnx.StringStringEntryProto;
import onnx.Onnx.TensorProto;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.shade.protobuf.ByteString;

final class OnnxExternalDataTest {
  @TempDir private Path folder;

  private static TensorProto.Builder tensor(String location) {
    return TensorProto.newBuilder()
        .setDataLocation(TensorProto.DataLocation.EXTERNAL)
        .addExternalData(entry("location", location))
        .addExternalData(entry("offset", "4096"));
  }

  private static StringStringEntryProto entry(String key, String value) {
    return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
  }

  private Path save(GraphProto.Builder graph) throws IOException {
    ModelProto model =
        ModelProto.newBuilder()
            .setIrVersion(7)
            .setGraph(graph)
            .addMetadataProps(entry("location", "no file"))
            .build();
    return Files.write(folder.resolve("model.onnx"), model.toByteArray());
  }

  @Test
  void names_tensorsOfAllPlaces_areFoundOnceAndSorted() throws IOException {
    GraphProto.Builder inner = GraphProto.newBuilder().addInitializer(tensor("inner/c.bin"));
    GraphProto.Builder graph =
        GraphProto.newBuilder()
            .addInitializer(tensor("b.bin"))
            .addInitializer(tensor("b.bin"))
            .addInitializer(
                TensorProto.newBuilder().setRawData(ByteString.copyFrom(new byte[100_000])))
            .addInitializer(tensor("default.bin").clearDataLocation());
    graph.addNodeBuilder().addAttributeBuilder().setT(tensor("a.bin"));
    graph.addNodeBuilder().addAttributeBuilder().setG(inner);
    graph.addSparseInitializerBuilder().setValues(tensor("sparse.bin"));
    assertEquals(
        List.of("a.bin", "b.bin", "inner/c.bin", "sparse.bin"),
        OnnxExternalData.names(save(graph)).asList());
  }

  @Test
  void names_weightsInside_areNone() throws IOException {
    GraphProto.Builder graph =
        GraphProto.newBuilder()
            .addInitializer(
                TensorProto.newBuilder().setRawData(ByteString.copyFrom(new byte[10_000])));
    assertEquals(List.of(), OnnxExternalData.names(save(graph)).asList());
  }

  @ParameterizedTest
  @ValueSource(strings = {"../weights.bin", "sub/../../weights.bin", "/weights.bin"})
  void names_outsideOfTheFolder_areRefused(String location) throws IOException {
    Path file = save(GraphProto.newBuilder().addInitializer(tensor(location)));
    UsageException e = assertThrows(UsageException.class, () -> OnnxExternalData.names(file));
    assertTrue(e.getMessage().contains(location), e::getMessage);
  }

  @Test
  void names_noModel_isRefused() throws IOException {
    Path file = Files.writeString(folder.resolve("model.onnx"), "no model at all");
    assertThrows(EmanException.class, () -> OnnxExternalData.names(file));
    Path cut = folder.resolve("cut.onnx");
    byte[] whole =
        Files.readAllBytes(save(GraphProto.newBuilder().addInitializer(tensor("a.bin"))));
    Files.write(cut, Arrays.copyOf(whole, whole.length / 2));
    assertThrows(EmanException.class, () -> OnnxExternalData.names(cut));
  }
}
