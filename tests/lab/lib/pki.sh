# shellcheck shell=bash
# One authority, made anew for every run of the lab, and what it signs.

PKI=$STATE/pki

pki_authority() { # NAME SUBJECT
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj "$2" \
		-addext keyUsage=critical,keyCertSign,cRLSign -keyout "$PKI/$1.key" -out "$PKI/$1.crt" 2>/dev/null
}

pki_issue() { # NAME SUBJECT [SUBJECT-ALTERNATIVE-NAMES]; PKI_AUTHORITY is who signs, "ca" if unset
	local authority=$PKI/${PKI_AUTHORITY:-ca}
	openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "$2" \
		-keyout "$PKI/$1.key" -out "$PKI/$1.csr" 2>/dev/null
	{
		echo 'keyUsage=critical,digitalSignature,keyEncipherment'
		echo 'extendedKeyUsage=serverAuth,clientAuth'
		[ -z "${3:-}" ] || echo "subjectAltName=$3"
	} >"$PKI/$1.ext"
	openssl x509 -req -in "$PKI/$1.csr" -CA "$authority.crt" -CAkey "$authority.key" -CAcreateserial -days 30 \
		-extfile "$PKI/$1.ext" -out "$PKI/$1.crt" 2>/dev/null
	rm "$PKI/$1.csr" "$PKI/$1.ext"
}

# With a token the file is for a service account, else for the certificate of that name.
write_kubeconfig() { # FILE NAME [TOKEN]
	local user="token: ${3:-}"
	[ -n "${3:-}" ] || user="client-certificate-data: $(base64 -w0 <"$PKI/$2.crt")
    client-key-data: $(base64 -w0 <"$PKI/$2.key")"
	(
		umask 077
		cat >"$1" <<-YAML
			apiVersion: v1
			kind: Config
			clusters:
			- name: lab
			  cluster:
			    server: https://$HOST_IP:6443
			    certificate-authority-data: $(base64 -w0 <"$PKI/ca.crt")
			users:
			- name: $2
			  user:
			    $user
			contexts:
			- name: lab-$2
			  context: {cluster: lab, user: $2, namespace: $NAMESPACE}
			current-context: lab-$2
		YAML
	)
}

pki_up() {
	local n
	mkdir -p "$PKI"
	chmod 700 "$PKI"
	pki_authority ca '/CN=mqdeck lab'
	openssl genrsa -out "$PKI/service-account.key" 2048 2>/dev/null
	local names=DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,DNS:kubernetes.default.svc.cluster.local
	pki_issue apiserver '/CN=kube-apiserver' "$names,DNS:localhost,IP:127.0.0.1,IP:$HOST_IP,IP:$API_SERVICE_IP"
	# system:masters, or the API server may not use the kubelet's exec, logs and port-forward.
	pki_issue apiserver-kubelet '/O=system:masters/CN=kube-apiserver-kubelet'
	pki_issue admin '/O=system:masters/CN=admin'
	pki_issue controller-manager '/CN=system:kube-controller-manager'
	pki_issue scheduler '/CN=system:kube-scheduler'
	pki_issue proxy '/CN=system:kube-proxy'
	pki_issue coredns '/CN=system:coredns'
	for n in "${NODES[@]}"; do
		pki_issue "node-$n" "/O=system:nodes/CN=system:node:node-$n" "DNS:node-$n,IP:$(node_ip "$n")"
	done
	local name
	for name in admin controller-manager scheduler proxy coredns node-1 node-2 node-3; do
		write_kubeconfig "$PKI/$name.kubeconfig" "$name"
	done
}
