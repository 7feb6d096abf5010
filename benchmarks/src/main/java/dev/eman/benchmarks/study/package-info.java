/** Studies of the teachers of finished runs. */
@NullMarked
package dev.eman.benchmarks.study;

import org.jspecify.annotations.NullMarked;
