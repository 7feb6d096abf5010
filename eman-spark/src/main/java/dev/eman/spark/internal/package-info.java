/** What the packages of this module share; no public API. */
@NullMarked
package dev.eman.spark.internal;

import org.jspecify.annotations.NullMarked;
