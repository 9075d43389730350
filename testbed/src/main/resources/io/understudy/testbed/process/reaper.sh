# Waits until the run that started it is over, however it ended, and leaves nothing of it behind.
# $1: the folder below which every process of the run has its working directory. It is removed.
rooms=$1
trap '' INT TERM HUP QUIT
cd /

# Ends when the other end of the pipe closes: the kernel does that even for a SIGKILL.
while read -r _; do :; done

residents() {
  for cwd in /proc/[0-9]*/cwd; do
    case $(readlink "$cwd" 2>/dev/null) in
      "$rooms" | "$rooms"/*)
        pid=${cwd#/proc/}
        echo "${pid%/cwd}"
        ;;
    esac
  done
}

# A process may fork behind the scan's back, so only two empty scans in a row count.
clean=0
rounds=0
while [ "$clean" -lt 2 ] && [ "$rounds" -lt 200 ]; do
  rounds=$((rounds + 1))
  pids=$(residents)
  if [ -z "$pids" ]; then
    clean=$((clean + 1))
  else
    clean=0
    echo "killing" $pids
    kill -KILL $pids 2>/dev/null
    sleep 0.02
  fi
done
rm -rf "$rooms"
[ "$clean" -eq 2 ] && [ ! -e "$rooms" ]
