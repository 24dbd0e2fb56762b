"""Small files in the layouts of the public sets, and a server with bad manners."""

import io
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import nibabel
import numpy as np
from PIL import Image


def medmnist_arrays(num=4):
    """Return the six fields of a MedMNIST file; image k has the value k everywhere, labels alternate 0, 1, ..."""
    arrays = {}
    for part in ("train", "val", "test"):
        arrays[f"{part}_images"] = np.full((num, 28, 28), np.arange(num)[:, None, None] * 10, dtype="uint8")
        arrays[f"{part}_labels"] = (np.arange(num) % 2).astype("uint8")[:, None]
    arrays["train_images"][:] += 5
    return arrays


def npz_bytes(**arrays):
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def write_nih(folder, rows):
    """Write ``labels.csv`` and its pictures below folder/cxr_nih128; rows are (file, label, patient)."""
    root = folder / "cxr_nih128"
    lines = ["file,label,patient_id,follow_up"]
    for number, (file, label, patient) in enumerate(rows):
        lines.append(f"{file},{label},{patient},{number}")
        path = root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.full((8, 6), 51 * number, dtype="uint8")).save(path)
    (root / "labels.csv").write_text("\n".join(lines))
    return root


def write_nuclei(folder, sizes=((8, 6), (8, 10))):
    """Write one image a size, with two nuclei each."""
    root = folder / "nuclei_dsb2018"
    (root / "images").mkdir(parents=True)
    (root / "labels").mkdir()
    lines = ["id,kind,height,width,n_nuclei,overlap_pixels"]
    for number, (rows, cols) in enumerate(sizes):
        pixels = np.full((rows, cols, 4), 255, dtype="uint8")
        pixels[..., 1] = 0
        mask = np.zeros((rows, cols), dtype="uint16")
        mask[1, 1], mask[3, 3] = 1, 300
        Image.fromarray(pixels).save(root / f"images/n{number}.png")
        Image.fromarray(mask).save(root / f"labels/n{number}.png")
        lines.append(f"n{number},{('fluo256', 'colour320')[number % 2]},{rows},{cols},2,0")
    (root / "index.csv").write_text("\n".join(lines))
    return root


def write_hippocampus(folder, shapes=((4, 5, 6), (3, 5, 7)), spacing=1.0, images="images", labels="labels"):
    """Write volumes whose value is 100 x + 10 y + z in voxels to the patient's right, front and head."""
    root = folder / "hippocampus_msd"
    for number, shape in enumerate(shapes):
        x, y, z = np.indices(shape)
        voxels, mask = (100 * x + 10 * y + z).astype("float32"), (z % 3).astype("uint8")
        for part, array in ((images, voxels), (labels, mask)):
            (root / part).mkdir(parents=True, exist_ok=True)
            volume = nibabel.Nifti1Image(array, np.diag([spacing, spacing, spacing, 1]))
            nibabel.save(volume, root / part / f"hippocampus_{number:03}.nii.gz")
    return root


class Server:
    """A server on this machine that answers as ``behaviour`` says and counts its calls."""

    def __init__(self, body):
        self.body, self.behaviour, self.calls, self.stop = body, "works", 0, threading.Event()
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.http.daemon_threads = True
        self.address = f"http://127.0.0.1:{self.http.server_port}/files/{{name}}.npz?download=1"
        threading.Thread(target=self.http.serve_forever, args=(0.01,), daemon=True).start()

    def close(self):
        self.stop.set()
        self.http.shutdown()
        self.http.server_close()

    def _handler(self):
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                server.calls += 1
                getattr(server, server.behaviour)(self)

            def log_message(self, *arguments):
                pass

        return Handler

    def _send(self, handler, body, length=None, status=200):
        handler.send_response(status)
        if length is not None:
            handler.send_header("Content-Length", str(length))
        handler.end_headers()
        handler.wfile.write(body)

    def works(self, handler):
        self._send(handler, self.body, len(self.body))

    def busy(self, handler):
        self._send(handler, b"try later", 9, status=503)

    def other_bytes(self, handler):
        self._send(handler, b"<html>please log in</html>", 26)

    def cuts_off(self, handler):
        self._send(handler, self.body[: len(self.body) // 2], len(self.body))

    def silent(self, handler):
        self.stop.wait(10)

    def stalls(self, handler):
        self._send(handler, self.body[: len(self.body) // 2], len(self.body))
        handler.wfile.flush()
        self.stop.wait(10)

    def works_without_length(self, handler):
        self._send(handler, self.body)

    def endless(self, handler):
        handler.send_response(200)
        handler.end_headers()
        try:
            while not self.stop.is_set():
                handler.wfile.write(bytes(2**16))
        except OSError:
            pass  # the client hung up


def fake_phantom(frames=()):
    """Return a stand-in for a function of medbook.phantoms: images of 8 x 8 equal pixels."""

    def phantom(num, *, rng, **settings):
        values = rng.random(num)
        images = np.broadcast_to(values.reshape(num, *[1] * (len(frames) + 2)), (num, *frames, 8, 8))
        return SimpleNamespace(
            images=images.astype("float32"),
            labels=(values > 0.5).astype("int64"),
            masks=images > 0.5,
            patient_ids=np.arange(num),
            site_ids=np.zeros(num, dtype="int64"),
            spacing_mm=(1.0, 1.0),
            class_names=("normal", "lesion"),
            severity=values,
            ejection_fractions=values,
        )

    return phantom
