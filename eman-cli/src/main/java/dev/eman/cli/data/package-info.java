/** {@code eman data}: data sets to list, fetch and look at. */
@NullMarked
package dev.eman.cli.data;

import org.jspecify.annotations.NullMarked;
