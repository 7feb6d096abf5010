/** {@code eman data}: commands that list, fetch, describe and preview data sets. */
@NullMarked
package dev.eman.cli.data;

import org.jspecify.annotations.NullMarked;
