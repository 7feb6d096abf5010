package dev.eman.train;

import dev.eman.core.eval.EvaluationReport;

/**
 * The results of a finished run.
 *
 * @param record the record in its folder
 * @param test final evaluation of both networks on the test set
 */
public record RunResult(RunRecord record, EvaluationReport test) {}
