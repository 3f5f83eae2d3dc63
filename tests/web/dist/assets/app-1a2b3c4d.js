document.getElementById("root").dataset.app = "drawn";
