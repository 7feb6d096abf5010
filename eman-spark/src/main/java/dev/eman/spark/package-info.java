/** Training, labelling and features on Apache Spark. */
@NullMarked
package dev.eman.spark;

import org.jspecify.annotations.NullMarked;
