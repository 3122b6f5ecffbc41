# shellcheck shell=bash
# etcd, the API server, its controllers, the scheduler and the cluster's DNS: processes on the host, bound to the bridge.

bin() { echo "$STATE/bin/$1"; }

kubectl() { KUBECONFIG=$PKI/admin.kubeconfig "$(bin kubectl)" "$@"; }

api_start() {
	start_process kube-apiserver "$(bin kube-apiserver)" \
		--etcd-servers=http://127.0.0.1:$ETCD_PORT --etcd-prefix=/mqdeck-lab \
		--bind-address=$HOST_IP --advertise-address=$HOST_IP --secure-port=6443 \
		--tls-cert-file="$PKI/apiserver.crt" --tls-private-key-file="$PKI/apiserver.key" --client-ca-file="$PKI/ca.crt" \
		--kubelet-certificate-authority="$PKI/ca.crt" --kubelet-client-certificate="$PKI/apiserver-kubelet.crt" \
		--kubelet-client-key="$PKI/apiserver-kubelet.key" --kubelet-preferred-address-types=InternalIP \
		--service-account-issuer=https://kubernetes.default.svc.cluster.local \
		--service-account-signing-key-file="$PKI/service-account.key" \
		--service-account-key-file="$PKI/service-account.key" \
		--service-cluster-ip-range=$SERVICE_NET --authorization-mode=Node,RBAC --enable-bootstrap-token-auth=false \
		--feature-gates=PodTopologyLabelsAdmission=true --event-ttl=6h
}

api_ready() { kubectl --request-timeout=2s get --raw /readyz; }

ETCD_PORT=12379

control_plane_up() {
	start_process etcd "$(bin etcd)" --data-dir="$STATE/etcd" --unsafe-no-fsync \
		--listen-client-urls=http://127.0.0.1:$ETCD_PORT --advertise-client-urls=http://127.0.0.1:$ETCD_PORT \
		--listen-peer-urls=http://127.0.0.1:$((ETCD_PORT + 1)) --initial-advertise-peer-urls=http://127.0.0.1:$((ETCD_PORT + 1)) \
		--initial-cluster=default=http://127.0.0.1:$((ETCD_PORT + 1)) --log-level=warn
	api_start
	wait_for "the API server" 60 etcd,kube-apiserver api_ready
	start_kept_process kube-controller-manager "$(bin kube-controller-manager)" \
		--kubeconfig="$PKI/controller-manager.kubeconfig" --leader-elect=false --bind-address=127.0.0.1 \
		--service-account-private-key-file="$PKI/service-account.key" --root-ca-file="$PKI/ca.crt" \
		--use-service-account-credentials --allocate-node-cidrs=false --kube-api-qps=100 --kube-api-burst=200 \
		--node-monitor-period=2s --node-monitor-grace-period=20s
	start_kept_process kube-scheduler "$(bin kube-scheduler)" --kubeconfig="$PKI/scheduler.kubeconfig" \
		--leader-elect=false --bind-address=127.0.0.1
	kubectl apply -f "$LAB/manifests/cluster.yaml" >>"$STATE/log/apply.log" 2>&1 ||
		{ show_log "$STATE/log/apply.log"; die "kubectl apply of manifests/cluster.yaml"; }
	cat >"$STATE/Corefile" <<-COREFILE
		.:53 {
		    bind $HOST_IP
		    errors
		    ready 127.0.0.1:18181
		    kubernetes cluster.local in-addr.arpa {
		        kubeconfig $PKI/coredns.kubeconfig
		        pods insecure
		        ttl 2
		    }
		}
	COREFILE
	start_process coredns "$(bin coredns)" -conf "$STATE/Corefile"
}
