/** The {@code eman} command. */
@NullMarked
package dev.eman.cli;

import org.jspecify.annotations.NullMarked;
