# SPDX-License-Identifier: MIT
# A Slurm of one node for a test: its daemons as they are installed, on
# loopback, with keys, ports, state and logs of their own.

SLURM_DAEMONS=(munged slurmctld slurmd)
PATH=$PATH:/usr/sbin

slurm_missing() {
	local name
	for name in "${SLURM_DAEMONS[@]}" sbatch; do
		command -v "$name" >/dev/null || echo "$name"
	done
}

# Starts it in the directory $1.
slurm_start() {
	local d=$1 port=$((20000 + $$ % 10000 * 2)) host
	host=$(hostname -s)
	mkdir "$d" "$d/state" "$d/spool"
	(umask 077 && head -c 128 /dev/urandom >"$d/munge.key")
	cat >"$d/slurm.conf" <<-END
		ClusterName=test
		SlurmctldHost=$host(127.0.0.1)
		SlurmctldPort=$port
		SlurmdPort=$((port + 1))
		SlurmUser=$(id -un)
		SlurmdUser=$(id -un)
		AuthType=auth/munge
		AuthInfo=socket=$d/munge.sock
		StateSaveLocation=$d/state
		SlurmdSpoolDir=$d/spool
		SlurmctldPidFile=$d/slurmctld.pid
		SlurmdPidFile=$d/slurmd.pid
		SlurmctldLogFile=$d/slurmctld.log
		SlurmdLogFile=$d/slurmd.log
		# Nothing that needs control groups or an account.
		ProctrackType=proctrack/linuxproc
		TaskPlugin=task/none
		JobAcctGatherType=jobacct_gather/none
		AccountingStorageType=accounting_storage/none
		MpiDefault=none
		SelectType=select/cons_tres
		SelectTypeParameters=CR_CPU
		ReturnToService=2
		SchedulerParameters=sched_interval=1,batch_sched_delay=0
		NodeName=$host NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN
		PartitionName=all Nodes=$host Default=YES MaxTime=10
	END
	export SLURM_CONF=$d/slurm.conf
	# --force: a directory of a test may belong to anyone.
	munged --force --key-file="$d/munge.key" --socket="$d/munge.sock" \
		--pid-file="$d/munged.pid" --log-file="$d/munged.log" \
		--seed-file="$d/munged.seed"
	slurmctld -c
	slurmd
}

# Until no job is left; what became of them is in the controller's log.
slurm_wait() {
	local i
	for ((i = 0; i < 240; i++)); do
		[ -n "$(squeue -h)" ] || return 0
		sleep 0.5
	done
	squeue
	return 1
}

# Stops what was started in the directory $1, which they write to until the end
# and then leave without the files of their numbers.
slurm_stop() {
	local name i
	for name in "${SLURM_DAEMONS[@]}"; do
		[ ! -s "$1/$name.pid" ] || kill "$(<"$1/$name.pid")"
	done
	for ((i = 0; i < 100; i++)); do
		compgen -G "$1/*.pid" >/dev/null || return 0
		sleep 0.1
	done
}
