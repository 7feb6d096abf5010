/** Labelling, features and their neighbours as DataFrames. */
@NullMarked
package dev.eman.spark.ml;

import org.jspecify.annotations.NullMarked;
