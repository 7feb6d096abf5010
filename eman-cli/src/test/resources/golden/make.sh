#!/usr/bin/env bash
# Made the run folders in this folder, with the program as it was at commit 69b7c6e: what later
# versions must resume, evaluate and export. usage: make.sh CHECKOUT-OF-THAT-COMMIT
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
export OMP_NUM_THREADS=1
run() {
  name=$1
  shift
  "$program" train --algorithm "$name" --dataset fashion-mnist-mini --labels 2/class --backbone resnet8-w4 \
    --batch 8 --steps 12 --evaluate-every 4 --checkpoint-every 4 --keep-every 8 \
    --map-images 0 --seed 3 --workers 1 --out "$here/$name" "$@"
  cd "$here/$name"
  mv step-8.ckpt last.ckpt # as if it had been stopped there
  rm -f report.html events.out.tfevents.* pseudo_errors.json map.json
}
program=$1/eman
run supervised
run fixmatch --mu 2 --set threshold=0.2
run mean-teacher --mu 2 --set teacher=ema
run moco --mu 1 --set queue=32 --set dimension=8 --set head=linear --knn-bank 500
run byol --mu 1 --set hidden=16 --set dimension=8 --knn-bank 500
