package dev.eman.datasets.check;

import com.google.common.collect.ImmutableList;
import java.util.List;

/**
 * What a check has found.
 *
 * @param dataset its name
 * @param parts that could be opened
 * @param findings errors first, by kind
 * @param notes what the data set says of how its images were found, such as files passed over
 */
public record CheckReport(
    String dataset,
    ImmutableList<PartSummary> parts,
    ImmutableList<Finding> findings,
    ImmutableList<String> notes) {
  /** Whether training would go wrong. */
  public boolean hasErrors() {
    return findings.stream().anyMatch(finding -> finding.kind().isError());
  }

  /** The findings of a kind. */
  public List<Finding> of(FindingKind kind) {
    return findings.stream().filter(finding -> finding.kind() == kind).toList();
  }
}
