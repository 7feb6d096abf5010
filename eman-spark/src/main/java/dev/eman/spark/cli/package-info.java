/** What {@code eman --spark} does. */
@NullMarked
package dev.eman.spark.cli;

import org.jspecify.annotations.NullMarked;
