package dev.eman.peers;

import java.nio.file.Path;
import java.util.Map;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.InferenceMode;
import org.bytedeco.pytorch.SGD;
import org.bytedeco.pytorch.SGDOptions;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * libtorch's side of {@code eman bench step} and {@code eman bench train}: a student with SGD and a
 * teacher that follows it. Commands: {@code step N}, {@code infer N} and {@code update N}; {@code
 * bare N} (the teacher's inference and a step); {@code logits} of the teacher; {@code losses R} of
 * two steps at a rate of R; {@code rss}.
 */
final class LibtorchWorker {
  private static final double RATE = 0.03;
  private static final double MOMENTUM = 0.9;
  private static final double DECAY = 1e-4;
  private static final double TEACHERS_SHARE = 0.001;

  private final LibtorchNetwork student;
  private final LibtorchNetwork teacher;
  private final Tensor images;
  private final Tensor seenByTeacher;
  private final Tensor labels;
  private final SGD optimizer;

  private LibtorchWorker(Task task, boolean channelsLast, long teachers) throws Exception {
    student = new LibtorchNetwork(task, channelsLast);
    teacher = new LibtorchNetwork(task, channelsLast);
    long[] shape = task.shape();
    try (FloatFile file = task.images();
        Tensor plain = LibtorchNetwork.tensorOf(file, shape)) {
      images = laidOut(plain, channelsLast);
    }
    seenByTeacher =
        teachers == shape[0] ? images : laidOut(images.narrow(0, 0, teachers), channelsLast);
    labels = Tensor.create(task.labels());
    optimizer = optimizer(RATE);
  }

  private SGD optimizer(double rate) {
    SGDOptions options = new SGDOptions(rate);
    options.momentum().put(MOMENTUM);
    options.weight_decay().put(DECAY);
    return new SGD(student.parameters(), options);
  }

  private static Tensor laidOut(Tensor images, boolean channelsLast) {
    return images.contiguous(
        channelsLast ? torch.MemoryFormat.ChannelsLast : torch.MemoryFormat.Contiguous);
  }

  /**
   * Arguments: the folder of a {@link Task}, threads, {@code channels-last} or {@code default},
   * images that the teacher sees.
   */
  public static void main(String[] args) throws Exception {
    extractNatives();
    torch.set_num_threads(Integer.parseInt(args[1]));
    boolean channelsLast = args[2].equals("channels-last");
    LibtorchWorker worker =
        new LibtorchWorker(new Task(Path.of(args[0])), channelsLast, Long.parseLong(args[3]));
    Answers.serve(
        "libtorch",
        Map.of(
            "step", Answers.timing(worker::step),
            "infer", Answers.timing(worker::infer),
            "update", Answers.timing(worker::update),
            "bare", Answers.timing(worker::bare),
            "logits", argument -> Answers.numbers(worker.infer()),
            "losses", argument -> worker.losses(Double.parseDouble(argument))));
  }

  /**
   * Unpacks all libraries before the first is loaded. Otherwise the dynamic linker, which finds the
   * first one's neighbours not there yet, may take an older libtorch of the system for them, and
   * two versions in one process end it.
   */
  private static void extractNatives() throws Exception {
    Loader.cacheResources(torch.class, "/org/bytedeco/pytorch/" + Loader.getPlatform() + "/");
  }

  private void step() {
    step(optimizer);
  }

  private float step(SGD optimizer) {
    try (PointerScope scope = new PointerScope()) {
      optimizer.zero_grad(true);
      Tensor loss = torch.cross_entropy_loss(student.forward(images, true), labels);
      loss.backward();
      optimizer.step();
      return loss.item_float();
    }
  }

  private float[] infer() {
    try (PointerScope scope = new PointerScope();
        InferenceMode guard = new InferenceMode(true)) {
      Tensor logits = teacher.forward(seenByTeacher, false);
      float[] values = new float[(int) logits.numel()];
      FloatPointer data = logits.data_ptr_float();
      data.get(values);
      return values;
    }
  }

  private void update() {
    teacher.moveTowards(student, TEACHERS_SHARE);
  }

  private void bare() {
    infer();
    step();
  }

  private String losses(double rate) {
    try (SGD checked = optimizer(rate)) {
      return Answers.numbers(step(checked), step(checked));
    }
  }
}
