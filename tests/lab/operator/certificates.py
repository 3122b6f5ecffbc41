"""Authorities and what they sign, by openssl; all as PEM text."""

import pathlib
import subprocess
import tempfile

NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", "key"]


def openssl(folder, *arguments):
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


def authority(name):
    """A new authority: certificate and key."""
    with tempfile.TemporaryDirectory() as folder:
        openssl(folder, "req", "-x509", "-days", "365", "-subj", f"/O=io.strimzi/CN={name}", *NEW_KEY, "-out", "crt",
                "-addext", "keyUsage=critical,keyCertSign,cRLSign")
        return read(folder)


def signed(ca_certificate, ca_key, subject, names=()):
    """A new certificate and key, for servers and clients alike."""
    with tempfile.TemporaryDirectory() as folder:
        here = pathlib.Path(folder)
        (here / "ca.crt").write_text(ca_certificate)
        (here / "ca.key").write_text(ca_key)
        extensions = "keyUsage=critical,digitalSignature\nextendedKeyUsage=serverAuth,clientAuth\n"
        if names:
            extensions += "subjectAltName=" + ",".join("DNS:" + name for name in names) + "\n"
        (here / "extensions").write_text(extensions)
        openssl(folder, "req", "-new", "-subj", subject, *NEW_KEY, "-out", "csr")
        openssl(folder, "x509", "-req", "-in", "csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial",
                "-days", "30", "-extfile", "extensions", "-out", "crt")
        return read(folder)


def read(folder):
    return tuple((pathlib.Path(folder) / name).read_text() for name in ("crt", "key"))
