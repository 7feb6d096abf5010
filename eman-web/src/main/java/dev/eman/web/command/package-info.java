/** The commands that open pages. */
@NullMarked
package dev.eman.web.command;

import org.jspecify.annotations.NullMarked;
