/** What people look at afterwards: reports in HTML, event files for TensorBoard. */
@NullMarked
package dev.eman.benchmarks.report;

import org.jspecify.annotations.NullMarked;
