# Two links in a network of its own: this machine is fe80::1 on a0 and b0, its neighbours are fe80::2 on a1
# and b1. The interfaces a0 and b0 have the numbers 100 and 200.
set -eu
ip link set lo up
number=100
for link in a b; do
  ip link add "${link}0" index "$number" type veth peer name "${link}1"
  number=$((number + 100))
  for end in 0 1; do
    # No other address than ours, and no second in which the kernel looks whether somebody has it already.
    ip link set "$link$end" addrgenmode none up
    ip address add "fe80::$((end + 1))/64" dev "$link$end" nodad
  done
done
