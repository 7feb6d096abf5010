package dev.eman.train;

import dev.eman.core.eval.EvaluationReport;
import org.jspecify.annotations.Nullable;

/**
 * The results of a finished run.
 *
 * @param record the record in its folder
 * @param test final evaluation of both networks on the test set, or on what stands for it ({@link
 *     RunState#testImages}); null if nothing is measured
 */
public record RunResult(RunRecord record, @Nullable EvaluationReport test) {}
