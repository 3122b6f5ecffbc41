# shellcheck shell=bash
# Kubeconfigs for the tests: an administrator, one who operates brokers, one who may only look, and one who may see almost
# nothing.

access_up() {
	local account
	for account in operator reader denied; do
		write_kubeconfig "$STATE/$account.kubeconfig" $account \
			"$(kubectl -n $NAMESPACE create token $account --duration=168h)"
	done
	cp "$PKI/admin.kubeconfig" "$STATE/admin.kubeconfig"
	chmod 600 "$STATE"/*.kubeconfig
}

kubeconfig_path() { # [admin|operator|reader|denied]
	local file=$STATE/${1:-admin}.kubeconfig
	[ -e "$file" ] || die "there is no kubeconfig $file: is the lab up, and is the name admin, operator, reader or denied?"
	echo "$file"
}
