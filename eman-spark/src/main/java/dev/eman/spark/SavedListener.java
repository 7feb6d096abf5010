package dev.eman.spark;

import dev.eman.train.RunListener;

/** Brings a run's files to where its folder is, whenever it has saved them. */
record SavedListener(WorkingFolder folder) implements RunListener {
  @Override
  public void onSaved(long step) {
    folder.save();
  }
}
