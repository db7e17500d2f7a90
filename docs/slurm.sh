#!/bin/bash
#SBATCH --job-name=nasedu
#SBATCH --nodes=4                # machines
#SBATCH --ntasks-per-node=1      # one Ray on each of them, which uses ...
#SBATCH --cpus-per-task=8        # ... so many cores; a child takes one
#SBATCH --time=08:00:00          # afterwards: `sbatch docs/slurm.sh` again, and it goes on
##SBATCH --gpus-per-node=1       # with one # less: each child has a GPU, or --gpus 0.25 of one
set -euo pipefail

# Where nasedu is installed with its extra `cluster`; every machine has to see it.
source .venv/bin/activate

# Ray's own settings. The token is new for each job. It goes to the machines in the environment,
# which other people cannot read, as they could an argument.
RAY_AUTH_TOKEN=$(python -c "import secrets; print(secrets.token_hex(32))")
export RAY_AUTH_TOKEN RAY_AUTH_MODE=token RAY_USAGE_STATS_ENABLED=0 RAY_worker_niceness=0

# Other people's jobs may share a machine: a port that depends on the job, and on each machine a
# folder that only you can enter. Ray makes its own in it, into which it lets everybody. The path has
# to be short, since sockets lie in it. `mkdir` fails, and the job with it, if the folder is there.
port=$((20000 + SLURM_JOB_ID % 20000))
folder=/tmp/nasedu-$SLURM_JOB_ID
everywhere=(srun --nodes="$SLURM_JOB_NUM_NODES" --ntasks="$SLURM_JOB_NUM_NODES" --overlap)
"${everywhere[@]}" mkdir -m 700 "$folder"
trap '"${everywhere[@]}" rm -rf "$folder"' EXIT

# The first machine is the head, which is also the one that this script runs on.
head=$(scontrol show hostnames "$SLURM_JOB_NODELIST" | head -n 1)
address=$(srun --nodes=1 --ntasks=1 --nodelist="$head" hostname --ip-address | awk '{print $1}')

# --block keeps `ray start` running, so that Slurm knows of it and ends it with the job.
srun --nodes=1 --ntasks=1 --nodelist="$head" --overlap \
    ray start --head --block --node-ip-address="$address" --port="$port" \
    --num-cpus="$SLURM_CPUS_PER_TASK" --temp-dir="$folder/r" --include-dashboard=false &
until ray health-check --address "$address:$port" 2>/dev/null; do
    kill -0 $! 2>/dev/null || { echo "Ray did not start on $head; see above" >&2; exit 1; }
    sleep 2
done

if [ "$SLURM_JOB_NUM_NODES" -gt 1 ]; then
    srun --nodes=$((SLURM_JOB_NUM_NODES - 1)) --ntasks=$((SLURM_JOB_NUM_NODES - 1)) \
        --exclude="$head" --overlap \
        ray start --block --address="$address:$port" --num-cpus="$SLURM_CPUS_PER_TASK" &
    sleep 30  # machines that come later are not counted
fi

# The run folder has to be on a disk that stays. Run again, this goes on with it.
nasedu search --run runs/slurm --cluster "$address:$port" --data digits --trials 1600
