package dev.eman.cli;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.common.base.Ascii;
import com.google.common.collect.ImmutableList;
import dev.eman.cli.doctor.Doctor;
import dev.eman.cli.doctor.Finding;
import dev.eman.cli.doctor.Finding.Status;
import dev.eman.core.io.Printable;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Looks at the machine, and says what to change. */
@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    description = {
      "Looks at this machine: Java, processor, load, backend and threads, memory, room on the disk,"
          + " the time of a small step; and says what to change.",
      "Exit code 0 if training can work, 1 if not."
    })
public final class DoctorCommand implements Callable<Integer> {
  @Option(names = "--json", description = "Print JSON, for programs.")
  private boolean json;

  @Option(
      names = "--runs",
      paramLabel = "DIR",
      defaultValue = "runs",
      description = "Where runs will be written (default: ${DEFAULT-VALUE}).")
  private Path runs = Path.of("runs");

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = requireNonNull(spec).commandLine().getOut();
    ImmutableList<Finding> findings = Doctor.examine(runs);
    boolean works = findings.stream().noneMatch(finding -> finding.status() == Status.FAILURE);
    if (json) {
      printJson(out, findings, works);
    } else {
      findings.forEach(finding -> print(out, finding));
      long warnings = findings.stream().filter(finding -> finding.status() != Status.OK).count();
      out.println(
          works
              ? warnings == 0 ? "all is well" : "training works; " + warnings + " to look at"
              : "training cannot work as it is");
    }
    out.flush();
    return works ? 0 : 1;
  }

  private static void print(PrintWriter out, Finding finding) {
    String mark =
        switch (finding.status()) {
          case OK -> "ok";
          case WARNING -> "!";
          case FAILURE -> "FAILED";
        };
    out.printf(
        Locale.ROOT, "%-7s %-10s %s%n", mark, finding.name(), Printable.escape(finding.found()));
    if (!finding.advice().isEmpty()) {
      out.printf(Locale.ROOT, "%-18s -> %s%n", "", finding.advice());
    }
  }

  private static void printJson(PrintWriter out, List<Finding> findings, boolean works) {
    List<Map<String, String>> list = new ArrayList<>();
    for (Finding finding : findings) {
      Map<String, String> facts = new LinkedHashMap<>();
      facts.put("name", finding.name());
      facts.put("status", Ascii.toLowerCase(finding.status().name()));
      facts.put("found", finding.found());
      facts.put("advice", finding.advice());
      list.add(facts);
    }
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("works", works);
    all.put("findings", list);
    try {
      out.println(new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(all));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
