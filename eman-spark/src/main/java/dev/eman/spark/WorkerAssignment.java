package dev.eman.spark;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * What a worker needs to know of a run; travels with its task.
 *
 * @param options of a new run, in YAML; null to resume the one in the folder
 * @param changes options that override those of the run in the folder, in YAML
 * @param rebuildMetrics whether the metrics file may be damaged
 * @param folder of the run, an absolute path or a URI
 * @param leader what rank 0 does
 */
record WorkerAssignment(
    @Nullable String options,
    String changes,
    boolean rebuildMetrics,
    String folder,
    RunLeader leader)
    implements Serializable {}
