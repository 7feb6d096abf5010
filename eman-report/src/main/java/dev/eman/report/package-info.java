/** Pages, charts and maps of runs. */
@NullMarked
package dev.eman.report;

import org.jspecify.annotations.NullMarked;
