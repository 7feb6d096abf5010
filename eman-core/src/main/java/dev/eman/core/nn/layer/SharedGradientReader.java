package dev.eman.core.nn.layer;

/**
 * Marks layers and vertices whose backward pass only writes into an incoming gradient after asking
 * the pool whether they are its last reader. Others, DL4J's own among them, get a copy.
 */
public interface SharedGradientReader {}
