#!/usr/bin/env bash
# Starts Slurm with this machine as its only node, for tests: one-node-slurm.sh start DIR | stop DIR.
# Needs root and Debian's slurm-wlm and munge. Clients find it by SLURM_CONF=DIR/slurm.conf.
set -euo pipefail
action=$1
dir=$(readlink -f "$2")

stop() {
  for daemon in slurmd slurmctld; do
    [ -e "$dir/$daemon.pid" ] && kill "$(cat "$dir/$daemon.pid")" 2>/dev/null || true
  done
}

if [ "$action" = stop ]; then
  stop
  exit 0
fi

mkdir -p "$dir/state" "$dir/spool"
if ! pgrep -x munged >/dev/null; then
  [ -e /etc/munge/munge.key ] || { echo "no munge key" >&2; exit 1; }
  mkdir -p /run/munge && chown munge: /run/munge
  runuser -u munge -- munged
fi
cat >"$dir/slurm.conf" <<CONF
ClusterName=test
SlurmctldHost=$(hostname -s)(127.0.0.1)
SlurmUser=root
AuthType=auth/munge
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
StateSaveLocation=$dir/state
SlurmdSpoolDir=$dir/spool
SlurmctldPidFile=$dir/slurmctld.pid
SlurmdPidFile=$dir/slurmd.pid
SlurmctldPort=26817
SlurmdPort=26818
SlurmctldLogFile=$dir/slurmctld.log
SlurmdLogFile=$dir/slurmd.log
MpiDefault=none
ReturnToService=2
MinJobAge=2
NodeName=$(hostname -s) NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
CONF
export SLURM_CONF=$dir/slurm.conf
slurmctld -f "$SLURM_CONF"
slurmd -f "$SLURM_CONF"
for _ in $(seq 100); do
  sinfo -h -o %t 2>/dev/null | grep -q idle && exit 0
  sleep 0.2
done
echo "the node does not come up; see $dir" >&2
exit 1
