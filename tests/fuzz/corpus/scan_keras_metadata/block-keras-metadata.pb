
Uroot"_tf_keras_layer*:{"class_name": "Lambda", "config": {"function": ["4wAA"]}}