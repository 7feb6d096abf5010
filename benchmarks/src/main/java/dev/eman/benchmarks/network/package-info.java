/** Networks as files for other runtimes. */
@org.jspecify.annotations.NullMarked
package dev.eman.benchmarks.network;
