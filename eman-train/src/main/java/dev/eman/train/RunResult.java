package dev.eman.train;

import dev.eman.core.eval.EvaluationReport;

/**
 * What a finished run has reached.
 *
 * @param record as its folder has it
 * @param test both networks at the end, on the test set
 */
public record RunResult(RunRecord record, EvaluationReport test) {}
