/** A trained network behind HTTP: for programs of one's own, and for Label Studio. */
@NullMarked
package dev.eman.web.serve;

import org.jspecify.annotations.NullMarked;
