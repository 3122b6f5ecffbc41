# shellcheck shell=bash
# A node is a network namespace that stays, and a "machine" that can lose its power: a process tree in a pid and mount
# namespace of its own, with containerd, kubelet and kube-proxy inside (see node-boot).

node_dir() { echo "$STATE/node-$1"; }

node_exists() { [[ " ${NODES[*]} " == *" $1 "* ]] || die "there is no node $1; there are: ${NODES[*]}"; }

# Everything of a node that outlives its machine: images, configuration, volumes.
node_prepare() { # N
	local dir root
	dir=$(node_dir "$1")
	root=$(containerd_root_dir)/root
	mkdir -p "$dir/var/lib/mqdeck-lab" "$dir/var/log" "$dir/var/tmp"
	ln -s /run "$dir/var/run"
	# Unpacked layers are never written to, only the databases are; across file systems links do not do.
	cp -al "$root" "$dir/containerd" 2>/dev/null || { rm -rf "$dir/containerd" && cp -a "$root" "$dir/containerd"; }
	local database
	for database in "$dir"/containerd/*/*.db; do cp --remove-destination "$root${database#"$dir/containerd"}" "$database"; done

	cat >"$dir/containerd.toml" <<-TOML
		version = 2
		root = "$dir/containerd"
		state = "/run/containerd"
		[grpc]
		  address = "/run/containerd/containerd.sock"
		[plugins."io.containerd.grpc.v1.cri"]
		  sandbox_image = "mqdeck.lab/pause:$PAUSE_VERSION"
		  restrict_oom_score_adj = true
		[plugins."io.containerd.grpc.v1.cri".cni]
		  bin_dir = "$STATE/cni"
		  conf_dir = "$dir/cni"
	TOML
	mkdir -p "$dir/cni"
	cat >"$dir/cni/10-lab.conflist" <<-JSON
		{"cniVersion": "0.4.0", "name": "lab", "plugins": [
		  {"type": "bridge", "bridge": "cni0", "isGateway": true, "hairpinMode": true,
		   "ipam": {"type": "host-local", "dataDir": "/run/cni", "ranges": [[{"subnet": "$(pod_net "$1")"}]],
		            "routes": [{"dst": "0.0.0.0/0"}]}}]}
	JSON
	: >"$dir/resolv.conf"
	cat >"$dir/kubelet.yaml" <<-YAML
		apiVersion: kubelet.config.k8s.io/v1beta1
		kind: KubeletConfiguration
		address: $(node_ip "$1")
		authentication:
		  anonymous: {enabled: false}
		  webhook: {enabled: true}
		  x509: {clientCAFile: $PKI/ca.crt}
		authorization: {mode: Webhook}
		tlsCertFile: $PKI/node-$1.crt
		tlsPrivateKeyFile: $PKI/node-$1.key
		cgroupDriver: cgroupfs
		cgroupRoot: /$CGROUP/node-$1
		failCgroupV1: false
		cgroupsPerQOS: true
		enforceNodeAllocatable: []
		failSwapOn: false
		containerRuntimeEndpoint: unix:///run/containerd/containerd.sock
		clusterDNS: [$DNS_SERVICE_IP]
		clusterDomain: cluster.local
		resolvConf: $dir/resolv.conf
		healthzPort: 0
		nodeLeaseDurationSeconds: 20
		nodeStatusUpdateFrequency: 5s
		syncFrequency: 10s
		imageGCHighThresholdPercent: 100
		evictionHard: {memory.available: 50Mi}
		maxPods: 60
		shutdownGracePeriod: 0s
		volumeStatsAggPeriod: 10s
	YAML
	cat >"$dir/proxy.yaml" <<-YAML
		apiVersion: kubeproxy.config.k8s.io/v1alpha1
		kind: KubeProxyConfiguration
		clientConnection: {kubeconfig: $PKI/proxy.kubeconfig}
		mode: iptables
		hostnameOverride: node-$1
		bindAddress: $(node_ip "$1")
		healthzBindAddress: 127.0.0.1:10256
		metricsBindAddress: 127.0.0.1:10249
		conntrack: {maxPerCore: 0}
		iptables: {minSyncPeriod: 200ms}
	YAML
}

# kubelet sets these for the whole machine; "down" puts back what they were.
KUBELET_SYSCTLS=(vm.overcommit_memory vm.panic_on_oom kernel.panic kernel.panic_on_oops kernel.keys.root_maxkeys
	kernel.keys.root_maxbytes)

sysctls_save() { sysctl "${KUBELET_SYSCTLS[@]}" >"$STATE/sysctl"; }

sysctls_restore() { [ ! -s "$STATE/sysctl" ] || sysctl -q -p "$STATE/sysctl"; }

node_boot() { # N
	# The last life's empty cgroups would hold kubelet up for half a minute, asking after their containers.
	cgroup_remove "node-$1"
	cgroup_make "node-$1"
	# --kill-child: should the outer process die, the machine dies with it.
	start_process "node-$1" nsenter --net="/run/netns/$(node_netns "$1")" \
		unshare --mount --pid --uts --fork --kill-child=KILL --propagation private \
		"$LAB/lib/node-boot" "$1" "$STATE" "$(node_ip "$1")" "zone-$(zone_of "$1")"
}

zone_of() { echo "$1" | tr 123 abc; }

# The host's pid of the node's first process.
node_init_pid() { # N
	local outer
	outer=$(process_pid "node-$1") || return 1
	ps -o pid= --ppid "$outer" | tr -d ' ' | grep .
}

node_kill() { # N
	node_exists "$1"
	local pid
	ip link set "$(node_veth "$1")" down
	# Without its first process the kernel ends every other of the namespace: kubelet, containerd, shims, containers.
	if pid=$(node_init_pid "$1"); then kill -KILL "$pid" 2>/dev/null || true; fi
	stop_process "node-$1"
	cgroup_kill "node-$1"
	network_forget_pods "$1"
	say "node $1 is dead"
}

node_heal() { # N
	node_exists "$1"
	process_gone "node-$1" || die "node $1 is not dead"
	ip link set "$(node_veth "$1")" up
	node_boot "$1"
	wait_for "node $1 to be Ready" 60 "node-$1" node_ready "$1"
	say "node $1 is back"
}

node_ready() { # N
	[ "$(kubectl --request-timeout=3s get node "node-$1" \
		-o 'jsonpath={.status.conditions[?(@.type=="Ready")].status}')" = True ]
}

# The taint of a node that is not Ready goes a moment after it is.
nodes_take_pods() { [ -z "$(kubectl --request-timeout=3s get nodes -o 'jsonpath={.items[*].spec.taints}')" ]; }
