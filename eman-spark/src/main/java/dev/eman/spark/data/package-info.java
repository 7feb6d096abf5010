/** Images of DataFrames and of Hadoop's file systems, packed so that every worker can read them. */
@NullMarked
package dev.eman.spark.data;

import org.jspecify.annotations.NullMarked;
