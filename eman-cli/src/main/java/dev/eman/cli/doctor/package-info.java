/** What {@code eman doctor} looks at. */
@NullMarked
package dev.eman.cli.doctor;

import org.jspecify.annotations.NullMarked;
